"""What differs between the real provider and the stand-in: calls by resource type, and schemas."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .calls import Call
    from .recordings import Recording

ABSENT = "(absent)"


def differences(real: Recording, stand_in: Recording, kind: str) -> list[str]:
    """Return how the stand-in's calls for a type differ: each one once, with the first resource that shows it."""
    first_address: dict[str, str] = {}
    theirs, ours = real.of(kind), stand_in.of(kind)
    for key in [*theirs, *(key for key in ours if key not in theirs)]:
        step, address, verb = key
        if key not in ours or key not in theirs:
            who = "the stand-in" if key in ours else "the real provider"
            first_address.setdefault(f"{kind}: only {who} has {verb} in step {step}", address)
            continue
        for difference in _of_reads(theirs[key], ours[key]) + _of_writes(theirs[key], ours[key]):
            first_address.setdefault(f"{kind} {verb}: {difference}", address)
    return [f"{difference} [{address}]" for difference, address in first_address.items()]


def _of_reads(theirs: list[Call], ours: list[Call]) -> list[str]:
    """Compare which reads are made; how often a provider asks is its own affair."""
    real, stand_in = ({call.name for call in calls if call.reads} for calls in (theirs, ours))
    return [f"only the real provider calls {name}" for name in sorted(real - stand_in)] + [
        f"only the stand-in calls {name}" for name in sorted(stand_in - real)
    ]


def _of_writes(theirs: list[Call], ours: list[Call]) -> list[str]:
    """Compare what is changed in AWS: each operation as often, with the same parameters."""
    lines = []
    real, stand_in = (_by_name(calls) for calls in (theirs, ours))
    for name in sorted(real.keys() | stand_in.keys()):
        first, second = real.get(name, []), stand_in.get(name, [])
        if len(first) != len(second):
            lines.append(f"{name} is called {len(first)} times by the real provider, {len(second)} by the stand-in")
            continue
        for one, other in zip(first, second, strict=True):
            lines += [f"{name} {line}" for line in paths_that_differ(one.parameters, other.parameters)]
            if one.error != other.error:
                lines.append(
                    f"{name} ends with {one.error or 'success'} for the real provider, {other.error or 'success'} here"
                )
    return lines


def _by_name(calls: list[Call]) -> dict[str, list[Call]]:
    named: dict[str, list[Call]] = {}
    for call in calls:
        if not call.reads:
            named.setdefault(call.name, []).append(call)
    return named


def report(real: Recording, stand_in: Recording, accepted: Mapping[str, str]) -> list[str]:
    """Return every difference that nobody has accepted, and every accepted one that is gone.

    accepted: reasons by difference, without the resource that shows it.
    """
    lines = [line for kind in sorted({*real.types, *stand_in.types}) for line in differences(real, stand_in, kind)]
    seen = {line.rpartition(" [")[0] for line in lines}
    stale = [f"accepted.toml: no longer differs: {line}" for line in accepted if line not in seen]
    return [line for line in lines if line.rpartition(" [")[0] not in accepted] + stale


def accepted_differences(folder: Path, emulator: str) -> dict[str, str]:
    """Read the differences on one emulator that somebody has judged harmless: `"difference" = "why"`."""
    file = folder / "accepted.toml"
    told = tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    accepted: dict[str, str] = told.get(emulator, {})
    return accepted


def schema_differences(real: Any, stand_in: Any) -> list[str]:  # noqa: ANN401 - facts are JSON
    """Return how standin/schema.json differs from the real provider's schema."""
    return [
        line
        for part in ("provider", "resources", "data")
        for line in paths_that_differ(real[part], stand_in[part], part)
    ]


def paths_that_differ(real: Any, stand_in: Any, path: str = "") -> list[str]:  # noqa: ANN401 - JSON
    """Return each place where two JSON values differ: the path, and both values."""
    if isinstance(real, dict) and isinstance(stand_in, dict):
        return [
            line
            for key in sorted(real.keys() | stand_in.keys())
            for line in paths_that_differ(
                real.get(key, ABSENT), stand_in.get(key, ABSENT), f"{path}.{key}" if path else key
            )
        ]
    if isinstance(real, list) and isinstance(stand_in, list) and len(real) == len(stand_in):
        pairs = zip(real, stand_in, strict=True)
        return [line for n, (a, b) in enumerate(pairs) for line in paths_that_differ(a, b, f"{path}[{n}]")]
    return [] if real == stand_in else [f"{path}: {_short(real)} for the real provider, {_short(stand_in)} here"]


def _short(value: Any) -> str:  # noqa: ANN401 - JSON
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - one line
