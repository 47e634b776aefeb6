"""What a resource type is: the base class of all of them, and how types and data sources are registered."""

from __future__ import annotations

import secrets
import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from .errors import InvalidConfigurationError, Problem, StoppedError, TimedOutError

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterable, Mapping

    from .values import State, Value

    DataSource = Callable[["Provider", State], State]

R = TypeVar("R", bound="Resource")

RESOURCES: dict[str, type[Resource]] = {}
DATA_SOURCES: dict[str, tuple[DataSource, frozenset[str]]] = {}

# Codes with which AWS says that a thing is gone; a class adds its own. Exact words: a reader that asks for a part
# (a bucket's tags, say) must not take the part's absence for the whole's.
GONE: frozenset[str] = frozenset({
    "404", "NoSuchBucket", "NoSuchEntity", "NotFound", "NotFoundException", "ResourceNotFoundException",
    "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist", "ResourceNotFound",
})  # fmt: skip


class Provider(Protocol):
    """What a type asks of the provider that it belongs to. stopping: set when Terraform gives up."""

    region: str
    partition: str
    default_tags: dict[str, str]
    stopping: threading.Event

    @property
    def account_id(self) -> str:
        """The account of the credentials."""

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients have no static type
        """Return the boto3 client of a service."""


class Resource(ABC):
    """One resource type. A subclass says what it carries out, and does it; an instance serves one call.

    The engine does the rest: it refuses what isn't `supported`, plans as the AWS provider does, reads after every
    create and update, and compares. Arguments are what the practitioner writes; a dotted path (`"ttl.enabled"`) names
    one inside a block, at any depth. A block that has no arguments of its own is named itself.

    Of each hook's parameters: `planned` and `state` hold every attribute and block of the type; what is unset or not
    known yet is None, and a block is a list of objects ([] when absent), except in `plan`, where UNKNOWN may occur.
    """

    type: ClassVar[str]
    """The type's name, such as aws_sqs_queue."""
    supported: ClassVar[frozenset[str]] = frozenset()
    """Arguments that the class carries out. Another one that is set in the configuration is an error at plan.

    The base handles `region` (must be the provider's), `tags`, `tags_all` and `id`. Where the type has tags the class
    writes `planned["tags_all"]` and reads back `tags_all`. `timeouts` is refused: nothing here takes long.
    """
    force_new: ClassVar[frozenset[str]] = frozenset()
    """Arguments and blocks, top level, whose change replaces the resource."""
    defaults: ClassVar[Mapping[str, Value]] = {}
    """Dotted path -> value, for arguments that the provider defaults and the schema doesn't mark as computed."""
    on_change: ClassVar[Mapping[str, Iterable[str]]] = {}
    """Computed attribute -> the names whose change makes it unknown again; ("*",): any."""
    json_attributes: ClassVar[frozenset[str]] = frozenset()
    """Top-level arguments compared as JSON."""
    enums: ClassVar[Mapping[str, tuple[str, str]]] = {}
    """Top-level argument -> (botocore service, shape): its value must be one of the shape's."""
    echoed: ClassVar[frozenset[str]] = frozenset()
    """Supported arguments (dotted paths; `tags_all` too) that the emulator demonstrably doesn't return: the state
    keeps them as they were written. Say why, and how it was measured, in a comment. Everything else that is supported
    must be in what `read` returns (None where AWS has nothing), or the engine raises."""
    gone: ClassVar[frozenset[str]] = GONE
    """Error codes that mean the resource is gone, for `read` and `delete`."""
    import_key: ClassVar[str] = "id"
    """The attribute that holds the import identifier, beside id."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.created_id: str | None = None

    # --- the hooks ---------------------------------------------------------------------------------------------------

    def plan(self, prior: State | None, planned: State, changed: set[str]) -> None:  # noqa: B027 - optional
        """Adjust the plan in place, or `refuse` what AWS would refuse; prior is None for a create."""

    @abstractmethod
    def create(self, planned: State) -> State:
        """Create it; return the computed attributes that `read` needs, `id` among them.

        Call `self.created(id)` as soon as the first call succeeded when more calls follow: should one of them fail,
        the resource is then kept in the state, tainted, instead of lost.
        """

    @abstractmethod
    def read(self, state: State) -> State | None:
        """Return every supported argument and every computed attribute as the emulator answers; None when it's gone.

        After an import only `id` and the import key (or what `import_state` gave) are known.
        An error with a code among `gone` counts as gone.
        """

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Bring it from prior to planned; `changed` names attributes and blocks. May give computed attributes."""
        raise NotImplementedError(f"{self.type}: {sorted(changed)} changed, and every change should replace it")

    @abstractmethod
    def delete(self, state: State) -> None:
        """Delete it. An error with a code among `gone` counts as done."""

    def import_state(self, identifier: str) -> State:
        """Return what `read` needs, from what `terraform import` was told."""
        return {self.import_key: identifier, "id": identifier}

    # --- help for the hooks ------------------------------------------------------------------------------------------

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3's clients have no static type
        """Return the boto3 client for a service, such as "sqs"."""
        return self.provider.client(service)

    def created(self, identifier: str) -> None:
        """Note that the resource exists now, whatever happens to the calls that follow."""
        self.created_id = identifier

    def refuse(self, argument: str, why: str) -> None:
        """Stop the plan with an error at an argument (top level), in words that say what to do."""
        raise InvalidConfigurationError(Problem(f"{self.type}: {argument}: {why}", path=(argument,)))

    def wait_until(self, reached: Callable[[], bool], what: str, *, timeout_s: float = 30.0) -> None:
        """Wait for the emulator. Raises TimedOutError after the time-out, StoppedError when Terraform gives up."""
        deadline = time.monotonic() + timeout_s
        pause_s = 0.02
        while not reached():
            if time.monotonic() > deadline:
                raise TimedOutError(f"{self.type}: waited {timeout_s:.0f} s for {what}")
            if self.provider.stopping.wait(pause_s):
                raise StoppedError(f"{self.type}: stopped while waiting for {what}")
            pause_s = min(pause_s * 2, 0.5)


def resource(cls: type[R]) -> type[R]:
    """Register a resource type."""
    RESOURCES[cls.type] = cls
    return cls


def data_source(name: str, *, supported: Iterable[str] = ()) -> Callable[[DataSource], DataSource]:
    """Register the function that reads a data source: (provider, configuration) -> every attribute.

    supported: dotted paths of its arguments, as for a resource; another one that is set is an error.
    """

    def register(function: DataSource) -> DataSource:
        DATA_SOURCES[name] = (function, frozenset(supported))
        return function

    return register


def unique_name(name: str | None, prefix: str | None, *, default_prefix: str = "terraform-") -> str:
    """Return the name, or a fresh one after the prefix, as the provider does."""
    return name or f"{prefix or default_prefix}{secrets.token_hex(13)}"


def tag_list(tags: Mapping[str, str] | None) -> list[dict[str, str]]:
    """Return tags in the [{Key, Value}] form."""
    return [{"Key": key, "Value": value} for key, value in sorted((tags or {}).items())]


def tag_map(tags: Iterable[Mapping[str, str]] | None) -> dict[str, str]:
    """Return the map of a [{Key, Value}] list."""
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


def removed_tags(prior: State, planned: State) -> list[str]:
    """List the tags that are to go."""
    return sorted(set(prior["tags_all"] or ()) - set(planned["tags_all"] or ()))


def without_none(arguments: Mapping[str, Value]) -> dict[str, Value]:
    """Return the arguments of a call without those that are unset."""
    return {name: value for name, value in arguments.items() if value is not None}
