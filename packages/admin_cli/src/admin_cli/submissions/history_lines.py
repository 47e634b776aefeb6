"""Histories and notes as lines: when, what, who, and the result."""

from __future__ import annotations

from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from admin_cli.terminal.table import Column
from admin_cli.terminal.values import for_person
from registration_core.domain.identifiers import display_reference
from registration_core.domain.records import event_record

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from admin_cli.stack import Stack
    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.journal import JournalEvent
    from registration_core.domain.notes import Note
    from registration_core.domain.submission import Event, Submission

COLUMNS = (Column("WHEN"), Column("WHAT"), Column("STATUS", status=True), Column("BY", narrowest=12))
COLUMNS_OF_ALL = (
    Column("WHEN"),
    Column("NAME", narrowest=10),
    Column("WHAT", narrowest=9),
    Column("BECAME", narrowest=20),
    Column("BY", narrowest=6),
    Column("REFERENCE"),
)

#: How many submissions one call looks up.
_AT_ONCE = 100


def print_history(output: Output, events: Sequence[Event]) -> None:
    """Print the lines, oldest first."""
    by = short_name if output.on_terminal else str
    output.rows(
        COLUMNS,
        ([event.at, event.what, None if event.status is None else str(event.status), by(event.by)] for event in events),
    )


def note_lines(notes: tuple[Note, ...]) -> list[tuple[str, Value]]:
    """Return each note's number, time and author, and its text."""
    return [
        (f"{number}. {for_person(note.at)}, {short_name(note.by)}", note.text) for number, note in enumerate(notes, 1)
    ]


def short_name(principal: str) -> str:
    """Return the end of an IAM principal's ARN, which names the person. The first line has the account."""
    return principal.rpartition(":")[2] if principal.startswith("arn:") else principal


class JournalLine:
    """One line of all submissions' history.

    submission: None if it no longer exists. name: the person that it is about.
    """

    def __init__(self, journal_event: JournalEvent, form: str, submission: Submission | None, name: str) -> None:
        self._journal_event = journal_event
        self._form = form
        self._reference = display_reference(submission.reference) if submission is not None else ""
        self._name = name

    def record(self) -> dict[str, object]:
        """Return what --json prints, under the names of JOURNAL."""
        whose = {"id": self._journal_event.id, "reference": self._reference, "name": self._name, "form": self._form}
        return event_record(self._journal_event.event) | whose

    def row(self, *, short: bool) -> list[Value]:
        """Return a line. short: for a person."""
        event = self._journal_event.event
        by = short_name(event.by) if short else event.by
        change = became(event).replace(" → ", "→") if short else became(event)
        return [event.at, self._name, event.what, change, by, self._reference or self._journal_event.id]


def became(event: Event) -> str:
    """Say what an event changed: the option if it moved, the status if that changed."""
    parts = []
    if event.moved is not None:
        parts.append(" → ".join(option or "none" for option in event.moved))
    if event.was is not None and event.status is not None:
        parts.append(f"{event.was} → {event.status}")
    elif event.version == 1 and event.status is not None:
        parts.append(str(event.status))
    return ", ".join(parts)


def journal_lines(
    stack: Stack, forms: Sequence[str], *, since: datetime, until: datetime | None, by: str | None
) -> Iterator[JournalLine]:
    """Yield the history of all submissions of these forms, newest first.

    by: `registrant`, `system`, `staff`, or part of a staff member's name. Raises StorageUnavailableError.
    """
    journal, query = stack.journal(), stack.query()

    def of_form(form: str) -> Iterator[tuple[str, JournalEvent]]:
        return (
            (form, journal_event)
            for journal_event in journal.events(form, since=since, until=until)
            if _is_by(journal_event.event, by)
        )

    merged = merge(*map(of_form, forms), key=lambda pair: pair[1].event.id, reverse=True)
    for chunk in _chunks(merged):
        submissions = query.several(journal_event.id for _, journal_event in chunk)
        for form, journal_event in chunk:
            submission = submissions.get(journal_event.id)
            definition = stack.forms.get(form)
            name = definition.name_in(submission.answers) if definition is not None and submission is not None else ""
            yield JournalLine(journal_event, form, submission, name)


def _chunks(events: Iterable[tuple[str, JournalEvent]]) -> Iterator[list[tuple[str, JournalEvent]]]:
    events = iter(events)
    while chunk := list(islice(events, _AT_ONCE)):
        yield chunk


def _is_by(event: Event, by: str | None) -> bool:
    if by is None:
        return True
    if by == "staff":
        return event.by not in ("registrant", "system")
    return by.casefold() in short_name(event.by).casefold()
