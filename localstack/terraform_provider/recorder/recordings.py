"""A recording: what a provider called for each resource, step by step, and how it is kept in a file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rollcall_local.credentials import ACCOUNT

from .calls import Call, UnknownCallError, call_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from .proxy import Exchange
    from .timeline import Span

#: What a provider calls for itself, outside any resource.
ITSELF = "(provider)"

#: A part of every name in the stack.
STACK = "rollcall"

SHORTEST_ID = 6


class SecretInRecordingError(Exception):
    """A recording holds something that must not leave the machine."""


@dataclass(frozen=True, slots=True)
class Act:
    """What a provider called to create, read, update or delete one resource in one step of the run."""

    step: str
    address: str
    type: str
    verb: str
    calls: tuple[Call, ...]


@dataclass
class Recording:
    """All acts of one run."""

    provider: str
    emulator: str
    acts: list[Act] = field(default_factory=list)

    def add(self, step: str, exchanges: Iterable[Exchange], spans: list[Span], names: Mapping[str, str]) -> None:
        """Add a step. names: what to write in place of values that differ from run to run."""
        itself: list[Call] = []
        calls: list[list[Call]] = [[] for _ in spans]
        for exchange in exchanges:
            call = _named(_call(exchange), names)
            asks_who = call.service == "sts"  # once, with whichever resource comes first
            owner = (
                None
                if asks_who
                else next((n for n, span in enumerate(spans) if span.start <= exchange.started <= span.end), None)
            )
            belongs = itself if owner is None else calls[owner]
            if call not in belongs:  # a provider that waits asks again and again
                belongs.append(call)
        self.acts.append(Act(step, ITSELF, ITSELF, "configure", tuple(itself)))
        self.acts += [
            Act(step, span.address, span.type, span.verb, tuple(made)) for span, made in zip(spans, calls, strict=True)
        ]

    @property
    def types(self) -> list[str]:
        """The resource types in it."""
        return sorted({act.type for act in self.acts})

    def of(self, kind: str) -> dict[tuple[str, str, str], list[Call]]:
        """Return the calls for a type's resources, by step, address and verb."""
        return {(act.step, act.address, act.verb): list(act.calls) for act in self.acts if act.type == kind}

    def write(self, file: Path, secrets: Iterable[str]) -> None:
        """Write it, one call per line. Raises SecretInRecordingError, and writes nothing, if it holds a secret."""
        text = self._text()
        if held := [secret for secret in secrets if secret and secret in text]:
            raise SecretInRecordingError(f"The recording holds {len(held)} secret values. Nothing was written.")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def _text(self) -> str:
        lines = [json.dumps({"provider": self.provider, "emulator": self.emulator})]
        for act in sorted(self.acts, key=lambda act: act.type):
            lines.append(json.dumps([act.step, act.address, act.type, act.verb]))
            lines += [json.dumps([call.service, call.operation, call.parameters, call.error]) for call in act.calls]
        return "\n".join(lines) + "\n"

    @classmethod
    def read(cls, file: Path) -> Recording:
        """Read it back."""
        first, *lines = file.read_text(encoding="utf-8").splitlines()
        recording = cls(**json.loads(first))
        for line in map(json.loads, lines):
            if isinstance(line[2], str):
                recording.acts.append(Act(line[0], line[1], line[2], line[3], ()))
            else:
                last = recording.acts[-1]
                recording.acts[-1] = Act(last.step, last.address, last.type, last.verb, (*last.calls, Call(*line)))
        return recording


def _call(exchange: Exchange) -> Call:
    """Read a call. An unknown one is recorded by its address, so that it loses no run and the comparison shows it."""
    try:
        return call_of(exchange)
    except UnknownCallError:
        return Call("unknown", f"{exchange.method} {urlsplit(exchange.target).path}", {})


def _named(call: Call, names: Mapping[str, str]) -> Call:
    return Call(call.service, call.operation, _renamed(call.parameters, names), call.error)


def _renamed(value: Any, names: Mapping[str, str]) -> Any:  # noqa: ANN401 - parameters are JSON
    if isinstance(value, dict):
        return {key: _renamed(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    if isinstance(value, str):
        for text, name in names.items():
            value = value.replace(text, name)
    return value


#: A value that AWS chose although it holds the stack's name: a subscription's ARN, a secret's.
RANDOM_END = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|:secret:.*-\w{6}$")


def names_of(state: Mapping[str, Any], planned: Mapping[str, Any]) -> dict[str, str]:
    """Return a name for each value that AWS chose at random, such as a distribution's ID; the longest values first.

    state: `terraform show -json` after an apply. planned: the plan from nothing, whose unknown values AWS chooses.
    """
    unknown = {one["address"]: one["change"]["after_unknown"] for one in planned["resource_changes"]}
    chosen = {
        value: f"<{resource['address']}.{name}>"
        for resource in _resources(state["values"]["root_module"])
        for name, value in resource["values"].items()
        if isinstance(value, str) and unknown.get(resource["address"], {}).get(name) is True and _is_random(name, value)
    }
    return {value: chosen[value] for value in sorted(chosen, key=lambda value: (-len(value), value))}


def _is_random(name: str, value: str) -> bool:
    """Return whether a value differs from run to run: not one made of names, nor a word such as `Deployed`."""
    if STACK in value:
        return RANDOM_END.search(value) is not None
    has_digit = re.search(r"\d", value) is not None
    return len(value) >= SHORTEST_ID and (has_digit or name.endswith("id")) and value != ACCOUNT


def _resources(module: Mapping[str, Any]) -> list[dict[str, Any]]:
    own = [one for one in module.get("resources", []) if one["mode"] == "managed"]
    return own + [one for child in module.get("child_modules", []) for one in _resources(child)]
