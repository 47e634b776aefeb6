"""What an export was asked for, in a form that outlives the process."""

from __future__ import annotations

from datetime import datetime

import msgspec

from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status


class Selected(msgspec.Struct, frozen=True, kw_only=True):
    """A selection, in words. since, until: ISO 8601."""

    form: str | None = None
    statuses: tuple[str, ...] = ()
    since: str | None = None
    until: str | None = None
    option: str | None = None

    @classmethod
    def of(cls, selection: Selection) -> Selected:
        """Write a selection down."""
        return cls(
            form=selection.form,
            statuses=tuple(sorted(selection.statuses)),
            since=None if selection.since is None else selection.since.isoformat(),
            until=None if selection.until is None else selection.until.isoformat(),
            option=selection.option,
        )

    def selection(self) -> Selection:
        """Give the selection that it was."""
        return Selection(
            form=self.form,
            statuses=frozenset(map(Status, self.statuses)),
            since=None if self.since is None else datetime.fromisoformat(self.since),
            until=None if self.until is None else datetime.fromisoformat(self.until),
            option=self.option,
        )


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What an export is of, and into what; resuming goes on with the same.

    forms: the names of all that are read. began: when, seconds since 1970: what expired by then is left out. columns:
    by their full names; None for the usual ones. delimiter: None for the language's own. replaces: whether a file of
    that name may be replaced. sort: a column, with a - in front the other way round; None for newest first.
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
