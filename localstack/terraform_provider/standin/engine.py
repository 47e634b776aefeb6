"""The provider: one call of Terraform's at a time, from schema facts and one class a resource type."""

from __future__ import annotations

import functools
import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import enums, strictness
from .clients import Clients, Connection
from .errors import InvalidConfigurationError, Problem, StandInError, StoppedError, error_code
from .facts import facts
from .merging import merge
from .planned_only import PlannedOnly, planned_only
from .planning import plan_change
from .resource import DATA_SOURCES, RESOURCES, Resource
from .values import Block, State, conform, differing, has_unknown, known

if TYPE_CHECKING:
    from collections.abc import Mapping

PROVIDER_ARGUMENTS = frozenset({
    "region", "access_key", "secret_key", "token", "default_tags.tags", "endpoints",
    # What these ask for is what the stand-in does anyway; `configure` refuses any other value.
    "s3_use_path_style", "skip_credentials_validation", "skip_metadata_api_check", "skip_region_validation",
    "skip_requesting_account_id",
})  # fmt: skip
_ALWAYS_TRUE = (
    "s3_use_path_style",
    "skip_credentials_validation",
    "skip_metadata_api_check",
    "skip_region_validation",
)


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply left behind.

    state: None when the resource is gone. error: None when all went well; with a state beside it, Terraform keeps the
    state, and taints what was to be created.
    """

    state: State | None
    error: Exception | None = None


class Provider:
    """The provider of one Terraform run: configured once, then called for each resource."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._clients: Clients | None = None
        self.region = ""
        self.partition = "aws"
        self.default_tags: dict[str, str] = {}
        self.stopping = threading.Event()

    # --- the provider block ------------------------------------------------------------------------------------------

    def validate_configuration(self, config: State) -> None:
        """Raise InvalidConfigurationError for what the stand-in doesn't carry out of the provider block."""
        block = facts().provider
        allowed = PROVIDER_ARGUMENTS | {f"endpoints.{name}" for name in _endpoint_names(block)}
        problems = strictness.unsupported("provider aws", block, config, allowed)
        problems += [
            Problem(f"provider aws: {name} must be true, or left out: the stand-in does nothing else", path=(name,))
            for name in _ALWAYS_TRUE
            if config.get(name) is False
        ]
        if problems:
            raise InvalidConfigurationError(*problems)

    def configure(self, config: State | None) -> None:
        """Accept the provider block. Raises NotLocalError unless every endpoint is on this machine."""
        config = config or {}
        self.validate_configuration(config)
        if has_unknown(config):
            raise InvalidConfigurationError(
                Problem("provider aws: every argument must be known before the plan, for the stand-in as for AWS")
            )
        connection = Connection.from_configuration(config, self._environment)
        self.region = connection.region
        default_tags = (config.get("default_tags") or [None])[0] or {}
        self.default_tags = default_tags.get("tags") or {}
        self._clients = Clients(connection)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients have no static type
        """Return the boto3 client of a service; safe to call from several threads."""
        if self._clients is None:
            raise StandInError("The stand-in provider isn't configured yet.")
        return self._clients.get(service)

    @functools.cached_property
    def account_id(self) -> str:
        """The account of the credentials, asked once."""
        identity: dict[str, str] = self.client("sts").get_caller_identity()
        return identity["Account"]

    def stop(self) -> None:
        """End every wait, and start nothing more."""
        self.stopping.set()

    # --- resources ---------------------------------------------------------------------------------------------------

    def validate(self, kind: str, config: State) -> None:
        """Raise InvalidConfigurationError for what isn't supported, and for values AWS doesn't know."""
        handler, block = self._handler(kind), facts().resources[kind]
        problems = strictness.unsupported(kind, block, config, handler.supported)
        problems += enums.problems(handler, config)
        region = config.get("region")
        elsewhere = self.region and isinstance(region, str) and region != self.region
        if elsewhere and not isinstance(handler, PlannedOnly):
            problems.append(Problem(f"{kind}: region must be the provider's, {self.region}", path=("region",)))
        if problems:
            raise InvalidConfigurationError(*problems)

    def plan(
        self, kind: str, prior: State | None, proposed: State | None, config: State | None
    ) -> tuple[State | None, list[str]]:
        """Return the planned state, and the attributes and blocks that force a replacement."""
        if proposed is None or config is None:
            return None, []
        self.validate(kind, config)
        return plan_change(self._handler(kind), facts().resources[kind], prior, proposed, config)

    def read(self, kind: str, state: State | None) -> State | None:
        """Return the state as the emulator answers; None when the resource is gone."""
        return None if state is None else self._read(self._handler(kind), state)

    def apply(self, kind: str, prior: State | None, planned: State | None) -> Applied:
        """Create, update or delete, then read."""
        if self.stopping.is_set():
            return Applied(prior, StoppedError(f"{kind}: not applied: Terraform asked to stop"))
        if planned is None:
            return self._delete(kind, prior or {})
        return self._create(kind, planned) if prior is None else self._update(kind, prior, planned)

    def import_state(self, kind: str, identifier: str) -> State:
        """Return the state that a first read starts from."""
        handler = self._handler(kind)
        # An option of the provider itself can't be read, so it starts with its default.
        wishes = {name: handler.defaults[name] for name in handler.echoed if name in handler.defaults}
        state: State = conform(
            facts().resources[kind], {**wishes, "region": self.region, **handler.import_state(identifier)}
        )
        return state

    def validate_data(self, kind: str, config: State) -> None:
        """Raise InvalidConfigurationError for arguments of a data source that aren't supported."""
        _load()
        _, supported = DATA_SOURCES[kind]
        block = facts().data_sources[kind]
        if problems := strictness.unsupported(f"data {kind}", block, config, supported):
            raise InvalidConfigurationError(*problems)

    def read_data(self, kind: str, config: State) -> State:
        """Read a data source."""
        self.validate_data(kind, config)
        function, _ = DATA_SOURCES[kind]
        config = known(config)
        block = facts().data_sources[kind]
        answer: State = conform(block, {**config, "region": self.region, **function(self, config)})
        return answer

    # --- inside ------------------------------------------------------------------------------------------------------

    def _handler(self, kind: str) -> Resource:
        _load()
        return (RESOURCES.get(kind) or planned_only(kind))(self)

    def _create(self, kind: str, planned: State) -> Applied:
        handler = self._handler(kind)
        wanted: State = known(planned)
        try:
            computed = handler.create(wanted)
        except Exception as error:  # noqa: BLE001 - whatever it is, what exists already must not be lost
            if handler.created_id is None:
                return Applied(None, error)
            return Applied(self._read_or({**wanted, "id": handler.created_id}, handler), error)
        return self._read_back(handler, {**wanted, **computed})

    def _update(self, kind: str, prior: State, planned: State) -> Applied:
        handler = self._handler(kind)
        wanted: State = known(planned)
        changed = differing(facts().resources[kind], prior, planned)
        try:
            computed = handler.update(prior, wanted, changed) or {}
        except Exception as error:  # noqa: BLE001 - half of it may have arrived: the emulator is asked which
            return Applied(self._read_or(prior, handler), error)
        return self._read_back(handler, {**wanted, **computed})

    def _read_back(self, handler: Resource, written: State) -> Applied:
        """End a create or an update with a read; when that fails the resource is kept, with the error."""
        block = facts().resources[handler.type]
        try:
            state = self._read(handler, written)
        except Exception as error:  # noqa: BLE001 - as above
            return Applied(conform(block, written), error)
        if state is None:
            return Applied(None, StandInError(f"{handler.type}: it was written, and the emulator doesn't know it"))
        return Applied(state)

    def _read_or(self, state: State, handler: Resource) -> State:
        """Read what a call that failed left; the state itself when that can't be told."""
        try:
            read = self._read(handler, state)
        except Exception:  # noqa: BLE001 - the first error is the one to tell
            read = None
        shaped: State = conform(facts().resources[handler.type], state)
        return shaped if read is None else read

    def _delete(self, kind: str, prior: State) -> Applied:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - the schema is given without loading the SDK

        handler = self._handler(kind)
        try:
            handler.delete(prior)
        except ClientError as error:
            if error_code(error) not in handler.gone:
                return Applied(prior, error)
        except Exception as error:  # noqa: BLE001 - it is still there, so the state must keep it
            return Applied(prior, error)
        return Applied(None)

    def _read(self, handler: Resource, state: State) -> State | None:
        from botocore.exceptions import ClientError  # noqa: PLC0415 - as above

        block = facts().resources[handler.type]
        try:
            answer = handler.read(state)
        except ClientError as error:
            if error_code(error) in handler.gone:
                return None
            raise
        if answer is None:
            return None
        if missing := strictness.unread(block, answer, handler.supported, handler.echoed):
            raise StandInError(f"{handler.type}: read doesn't give {', '.join(missing)}, nor is it marked as echoed")
        return merge(handler, block, state, answer)


def _endpoint_names(block: Block) -> list[str]:
    return list(block["block_types"]["endpoints"]["block"]["attributes"])


def _load() -> None:
    """Import the resource types, when the first is asked for: a schema is given without them."""
    from .resources import load_all  # noqa: PLC0415 - as said

    load_all()
