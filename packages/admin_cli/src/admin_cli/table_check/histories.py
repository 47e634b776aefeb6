"""Histories: whether a submission's events account for each of its versions."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from admin_cli.table_check.changes import NOT_RECORDED
from admin_cli.table_check.problems import Invariant, Problem, Repair
from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.transitions import REPAIRED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from admin_cli.table_check.changes import Changes
    from registration_core.adapters.dynamodb.table import Item
    from registration_core.domain.submission import Event

_BESIDE = ("mail ", "suppression ", REPAIRED, NOT_RECORDED)
"""What begins like this in a history changes no submission."""
_BEGINNINGS = ("submitted", "imported", NOT_RECORDED)


def history_problems(name: str, entry: Item, hanging: Sequence[Item], changes: Changes) -> Iterator[Problem]:
    """Yield what is wrong with a submission's history. name: how to call the submission."""
    subject, version = (entry["pk"], entry["sk"]), entry["version"]
    events = [items.read_event(item) for item in hanging if item["sk"].startswith(keys.EVENT)]
    by_version: Mapping[int, list[Event]] = defaultdict(list)
    for event in events:
        by_version[event.version or 0].append(event)
    if 0 in by_version:  # lines from before we stored the version account for nothing
        return
    missing = [each for each in range(1, version + 1) if each not in by_version]
    if not any(event.what in _BEGINNINGS for event in by_version.get(1, ())) and 1 not in missing:
        missing.insert(0, 1)
    if missing:
        listed = ", ".join(map(str, missing))
        says = f"{name}: the history lacks the line of version {listed}."
        lines = {f"line {each}": changes.history_line(entry, NOT_RECORDED, version=each) for each in missing[:50]}
        writes = changes.beside(entry, Invariant.HISTORY, lines)
        yield Problem(Invariant.HISTORY, subject, says, Repair(f"add a line that says {NOT_RECORDED!r}", writes))
    highest = max(by_version, default=version)
    if highest > version:
        says = f"{name}: the history knows version {highest}, and the submission is at {version}."
        writes = changes.of_entry(entry, Invariant.HISTORY, values={}, version=highest + 1)
        yield Problem(Invariant.HISTORY, subject, says, Repair(f"count on from version {highest}", writes))
    last = by_version.get(version, ())
    if highest == version and last and not any(event.status == entry["status"] for event in last):
        says = f"{name}: the history ends with {last[-1].status}, and the submission is {entry['status']}."
        writes = changes.beside(entry, Invariant.HISTORY, {})
        yield Problem(Invariant.HISTORY, subject, says, Repair(f"note that it is {entry['status']}", writes))
    yield from _conflicts(name, entry, events, changes)


def _conflicts(name: str, entry: Item, events: Sequence[Event], changes: Changes) -> Iterator[Problem]:
    """Yield the versions that two changes made, as two Regions do that both accept writes: only one of them won."""
    noted = max((event.version or 0 for event in events if event.what == f"{REPAIRED}{Invariant.HISTORY}"), default=0)
    changed: Mapping[int, list[Event]] = defaultdict(list)
    for event in events:
        if not event.what.startswith(_BESIDE):
            changed[event.version or 0].append(event)
    for version, both in changed.items():
        if len(both) > 1 and version > noted:
            whats = " and ".join(f"{event.what!r} by {event.by}" for event in both)
            says = (
                f"{name}: two changes at the same moment made version {version}, {whats}. It is {entry['status']} now."
            )
            writes = changes.beside(entry, Invariant.HISTORY, {})
            yield Problem(
                Invariant.HISTORY,
                (entry["pk"], entry["sk"]),
                says,
                Repair("note it in the history; see it first", writes),
            )
            return
