"""Changes: the writes of repairs, each with its line in the submission's history."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.table import check, put, update
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.submission import Event
from registration_core.domain.transitions import REPAIRED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from admin_cli.table_check.problems import Invariant
    from registration_core.adapters.dynamodb.table import Item, Write

NOT_RECORDED = "not recorded"
"""What the history says of a change whose line is missing."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Makes the writes of one repair. by: the IAM principal whom histories name."""

    by: str
    now: datetime
    randomness: Callable[[int], bytes] = field(default=os.urandom)

    def beside(self, entry: Item, invariant: Invariant, writes: Mapping[str, Write]) -> dict[str, Write]:
        """Return writes of other items, which succeed only if the submission is as it was read."""
        event = self._event(f"{REPAIRED}{invariant}")
        return {
            "entry": check((entry["pk"], entry["sk"]), "#version = :version", version=entry["version"]),
            "event": put(items.event_item(items.read_submission(entry), event)),
            **writes,
        }

    def of_entry(
        self,
        entry: Item,
        invariant: Invariant,
        *,
        values: Mapping[str, object],
        without: Iterable[str] = (),
        version: int | None = None,
        writes: Mapping[str, Write] | None = None,
    ) -> dict[str, Write]:
        """Return the writes that set and remove attributes of a submission, as its next version.

        The mark that its registrant made the last change goes, so that nobody is mailed. version: the new version
        if it isn't the next one.
        """
        event = self._event(f"{REPAIRED}{invariant}")
        values = {**values, "version": version or entry["version"] + 1, "changed_by": event.id}
        gone = [f"#{name}" for name in sorted({*without, keys.BY_REGISTRANT} & entry.keys())]
        change = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        change += f" REMOVE {', '.join(gone)}" if gone else ""
        after = {name: value for name, value in entry.items() if name not in without} | values
        return {
            "entry": update(
                (entry["pk"], entry["sk"]), change, "#version = :before", before=entry["version"], **values
            ),
            "event": put(items.event_item(items.read_submission(after), event)),
            **(writes or {}),
        }

    def history_line(self, entry: Item, what: str, *, version: int | None = None) -> Write:
        """Return the write of a line in a submission's history. version: None for its present one."""
        submission = items.read_submission(entry)
        line = items.event_item(submission, self._event(what))
        if version is not None and version != submission.version:
            line = items.event_item(replace(submission, version=version), self._event(what))
            del line["status"]  # nobody knows it any more
        return put(line)

    def _event(self, what: str) -> Event:
        return Event(new_ulid(self.now, self.randomness), self.now, what, self.by)
