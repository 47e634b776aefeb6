"""Entries as lines, JSON or JSON lines: one way for every command that prints several."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.submissions.columns import ListColumns
from admin_cli.submissions.records import FIELDS, record
from admin_cli.terminal.json_fields import ensure_asked, pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from admin_cli.stack import Stack
    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission
    from registration_core.services.ranks import Ranks

JsonLines = Annotated[
    bool, typer.Option("--jsonl", help="Print one JSON object per line, whole or with --json's fields.")
]
TableOption = Annotated[
    bool, typer.Option("--table", help="Print the table with its heading in a pipe too, for a printer.")
]

#: About as wide as each column is, for a table that begins before its lines are known.
USUAL: Mapping[str, Value] = {
    "name": "x" * 24,
    "option": "x" * 14,
    "status": "waitlisted",
    "reference": "K7QM-3XTP",
    "submitted_at": "2026-03-01 09:30",
    "email": "x" * 32,
    "form": "registration",
    "id": "x" * 30,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """How entries are to be printed.

    names: the fields that --json named; None for lines. jsonl: an object a line. columns: what --columns named; None
    for the usual ones.
    """

    names: Sequence[str] | None = None
    jsonl: bool = False
    columns: str | None = None


class Printer:
    """Prints entries as they come. form: the only one that they are of; None when they may be of any."""

    def __init__(
        self, output: Output, wanted: Wanted, *, forms: Mapping[str, Form], form: str | None, ranks: Ranks
    ) -> None:
        self._output = output
        self._wanted = wanted
        self.ranks = ranks
        self.columns = ListColumns(forms, form, rank=ranks.of)
        usual = wanted.columns is None
        self._lines = self.columns.usual(output) if usual else self.columns.chosen(str(wanted.columns))

    def print(self, entries: Iterable[Submission], *, nothing: str, slow: bool = False) -> None:
        """Print them.

        nothing: told on a terminal if there is none. slow: each may be long in coming, so a table does not wait to see
        how wide its lines are.
        """
        entries = self._output.at_once(entries) if slow else entries
        if self._wanted.jsonl:
            self._output.json_lines(map(self._record, entries))
        elif self._wanted.names is not None:
            self._output.json_array(map(self._record, entries))
        else:
            self._table(entries, nothing=nothing, slow=slow)

    def _table(self, entries: Iterable[Submission], *, nothing: str, slow: bool) -> None:
        for_person = self._output.on_terminal
        rows = ([column.cell(entry, for_person=for_person) for column in self._lines] for entry in entries)
        looks = [column.look for column in self._lines]
        first = list(islice(rows, 1))
        if first and slow:
            draw = self._output.table(looks, [[USUAL.get(column.name, "") for column in self._lines], *first])
            for each in chain(first, rows):
                draw(each)
        elif first:
            self._output.rows(looks, chain(first, rows))
        elif self._output.on_terminal:
            self._output.note(nothing)

    def _record(self, entry: Submission) -> dict[str, object]:
        names = FIELDS if self._wanted.names is None else self._wanted.names
        rank = self.ranks.of(entry) if "rank" in names else None
        whole = record(entry, name=self.columns.name(entry), rank=rank)
        return pick(whole, names)


def printer(output: Output, stack: Stack, wanted: Wanted, *, form: str | None) -> Printer:
    """Make what prints a stack's entries.

    A lone --columns prints the columns that there are, and ends the command (typer.Exit). Raises CliError for a column
    or an answer that there is not.
    """
    ensure_asked(wanted.names or (), stack, form)
    made = Printer(output, wanted, forms=stack.forms, form=form, ranks=stack.query().ranks())
    if wanted.columns is not None and not wanted.columns.replace(",", "").strip():
        for name in made.columns.names:
            output.line(name)
        raise typer.Exit
    return made
