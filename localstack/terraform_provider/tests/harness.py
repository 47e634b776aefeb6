"""A Terraform for one resource: it calls the provider's service in this process, in the order Terraform does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tf.gen import tfplugin_pb2 as pb

from standin.facts import facts
from standin.messages import dynamic
from standin.service import Service
from standin.values import UNKNOWN, conform, decode, differing, known

if TYPE_CHECKING:
    from standin.engine import Provider

State = dict[str, Any]


class ProviderRefusedError(AssertionError):
    """The provider answered with errors; `state` is what Terraform would keep (tainted, after a create)."""

    def __init__(self, diagnostics: list[Any], state: State | None = None) -> None:
        super().__init__("; ".join(diagnostic.summary for diagnostic in diagnostics))
        self.summaries = [diagnostic.summary for diagnostic in diagnostics]
        self.paths = [
            ".".join(step.attribute_name or str(step.element_key_int) for step in diagnostic.attribute.steps)
            for diagnostic in diagnostics
        ]
        self.state = state


def _full(block: dict[str, Any], given: State, where: str) -> State:
    """Return a configuration in the schema's shape; a name that the schema lacks is the test's mistake."""
    names = {*block["attributes"], *block.get("block_types", {})}
    assert names >= set(given), f"{where}: the schema has no {sorted(set(given) - names)}"
    for name, nested in block.get("block_types", {}).items():
        inner = given.get(name) or []
        for element in inner if isinstance(inner, list) else [inner]:
            if element is not UNKNOWN:
                _full(nested["block"], element, f"{where}.{name}")
    shaped: State = conform(block, given)
    return shaped


def _proposed(block: dict[str, Any], prior: State | None, config: State) -> State:
    """Propose the new state as Terraform's core does: the configuration, over what was computed before."""
    proposed: State = {}
    for name, fact in block["attributes"].items():
        keeps = config[name] is None and fact.get("computed") and prior is not None
        proposed[name] = (prior or {})[name] if keeps else config[name]
    for name, nested in block.get("block_types", {}).items():
        inner = config[name]
        if nested["nesting"] == "single" or inner is UNKNOWN:
            proposed[name] = inner
            continue
        olds = (prior or {}).get(name) or []
        proposed[name] = [
            _proposed(nested["block"], olds[i] if nested["nesting"] == "list" and i < len(olds) else None, element)
            for i, element in enumerate(inner)
        ]
    return proposed


@dataclass
class Harness:
    """Applies, plans, refreshes, imports and destroys single resources, and destroys what a test leaves behind."""

    provider: Provider
    left: list[tuple[str, State]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.service = Service(self.provider)

    def _call(self, method: str, message: str, **fields: Any) -> Any:
        response = getattr(self.service, method)(getattr(pb, message).Request(**fields), None)
        if response.diagnostics:
            new_state = getattr(response, "new_state", None)
            state = decode(new_state.msgpack) if new_state is not None else None
            raise ProviderRefusedError(list(response.diagnostics), state)
        return response

    def validate(self, kind: str, config: State) -> None:
        """Validate a configuration, as `terraform validate` does."""
        full = _full(facts().resources[kind], config, kind)
        self._call("ValidateResourceConfig", "ValidateResourceConfig", type_name=kind, config=dynamic(full))

    def plan(self, kind: str, state: State | None, config: State) -> tuple[State, list[str]]:
        """Return the planned state (UNKNOWN where known after apply) and the names that force a replacement."""
        block = facts().resources[kind]
        full = _full(block, config, kind)
        self.validate(kind, config)
        response = self._call(
            "PlanResourceChange",
            "PlanResourceChange",
            type_name=kind,
            prior_state=dynamic(state),
            proposed_new_state=dynamic(_proposed(block, state, full)),
            config=dynamic(full),
        )
        replaced = [path.steps[0].attribute_name for path in response.requires_replace]
        return decode(response.planned_state.msgpack), replaced

    def changes(self, kind: str, state: State, config: State) -> set[str]:
        """Refresh, plan, and name what the plan changes: empty means "No changes"."""
        refreshed = self.refresh(kind, state)
        assert refreshed is not None, f"{kind} is gone"
        planned, _ = self.plan(kind, refreshed, config)
        return differing(facts().resources[kind], refreshed, planned)

    def apply(self, kind: str, config: State, state: State | None = None) -> State:
        """Bring one resource to the configuration: create it, or refresh and update (or replace) the state given."""
        if state is not None:
            state = self.refresh(kind, state)
        planned, replaced = self.plan(kind, state, config)
        if replaced and state is not None:
            self.destroy(kind, state)
            state = None
            planned, _ = self.plan(kind, None, config)
        new = self._apply(kind, state, planned)
        self.left = [(k, s) for k, s in self.left if (k, s.get("id")) != (kind, new.get("id"))] + [(kind, new)]
        return new

    def _apply(self, kind: str, state: State | None, planned: State | None) -> Any:
        response = self._call(
            "ApplyResourceChange",
            "ApplyResourceChange",
            type_name=kind,
            prior_state=dynamic(state),
            planned_state=dynamic(planned),
        )
        new = decode(response.new_state.msgpack)
        if planned is not None:
            assert known(new) == new, f"{kind}: unknown after apply: {new}"
        return new

    def refresh(self, kind: str, state: State) -> State | None:
        """Read the resource; None when it is gone."""
        response = self._call("ReadResource", "ReadResource", type_name=kind, current_state=dynamic(state))
        new: State | None = decode(response.new_state.msgpack)
        return new

    def destroy(self, kind: str, state: State) -> None:
        """Delete the resource."""
        assert self._apply(kind, state, None) is None
        self.left = [(k, s) for k, s in self.left if (k, s.get("id")) != (kind, state.get("id"))]

    def import_(self, kind: str, identifier: str) -> State | None:
        """Import a resource by its identifier, and read it."""
        response = self._call("ImportResourceState", "ImportResourceState", type_name=kind, id=identifier)
        return self.refresh(kind, decode(response.imported_resources[0].state.msgpack))

    def import_then_plan(self, kind: str, identifier: str, config: State) -> set[str]:
        """Import, then name what a plan with the configuration would still change."""
        imported = self.import_(kind, identifier)
        assert imported is not None, f"{kind} {identifier} could not be imported"
        planned, _ = self.plan(kind, imported, config)
        return differing(facts().resources[kind], imported, planned)

    def data(self, kind: str, config: State | None = None) -> State:
        """Read a data source."""
        full = _full(facts().data_sources[kind], config or {}, kind)
        self._call("ValidateDataResourceConfig", "ValidateDataResourceConfig", type_name=kind, config=dynamic(full))
        response = self._call("ReadDataSource", "ReadDataSource", type_name=kind, config=dynamic(full))
        state: State = decode(response.state.msgpack)
        return state

    def clean(self) -> None:
        """Destroy what is left, the newest first."""
        for kind, state in reversed(list(self.left)):
            self.destroy(kind, state)
