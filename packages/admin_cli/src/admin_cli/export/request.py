"""What an export was asked to do, stored so that it can be resumed."""

from __future__ import annotations

from datetime import datetime

import msgspec

from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status


class Selected(msgspec.Struct, frozen=True, kw_only=True):
    """A selection that can be stored. since, until: ISO 8601."""

    form: str | None = None
    statuses: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    option: str | None = None
    label: str | None = None

    @classmethod
    def of(cls, selection: Selection) -> Selected:
        """Convert a selection."""
        return cls(
            form=selection.form,
            statuses=tuple(sorted(selection.statuses)),
            since=None if selection.since is None else selection.since.isoformat(),
            until=None if selection.until is None else selection.until.isoformat(),
            option=selection.option,
            label=selection.label,
        )

    def selection(self) -> Selection:
        """Convert it back to a selection."""
        return Selection(
            form=self.form,
            statuses=frozenset(map(Status, self.statuses)),
            since=None if self.since is None else datetime.fromisoformat(self.since),
            until=None if self.until is None else datetime.fromisoformat(self.until),
            option=self.option,
            label=self.label,
        )


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What to export, and how. Resuming continues with the same request.

    forms: the names of the forms to read. began: seconds since 1970; submissions that had expired by then are left out.
    columns: their full names; None for the default ones. delimiter: None for the language's own. replaces: whether an
    existing file may be replaced. sort: a column, with - in front to reverse; None for newest first.
    """

    context: str
    stack: str
    table: str
    began: int
    format: str
    forms: tuple[str, ...]
    selected: Selected
    columns: tuple[str, ...] | None = None
    language: str | None = None
    delimiter: str | None = None
    replaces: bool = False
    sort: str | None = None
