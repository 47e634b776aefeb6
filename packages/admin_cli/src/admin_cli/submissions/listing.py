"""Submissions printed as a table, JSON or JSON lines, the same way for every command."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.submissions.columns import ListColumns
from admin_cli.terminal.json_fields import ensure_asked, pick
from registration_core.domain.records import FIELDS, record

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

#: A typical width for each column, for a table that starts before its rows are known.
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
class PrintOptions:
    """How submissions are to be printed.

    names: the fields of --json; None for a table. jsonl: one object per line. columns: those of --columns; None for
    the usual ones.
    """

    names: Sequence[str] | None = None
    jsonl: bool = False
    columns: str | None = None


class Printer:
    """Prints submissions as they come. form: the only form that they belong to; None for any."""

    def __init__(
        self, output: Output, options: PrintOptions, *, forms: Mapping[str, Form], form: str | None, ranks: Ranks
    ) -> None:
        self._output = output
        self._options = options
        self.ranks = ranks
        self.columns = ListColumns(forms, form, rank=ranks.of)
        usual = options.columns is None
        self._lines = self.columns.usual(output) if usual else self.columns.chosen(str(options.columns))

    def print(self, submissions: Iterable[Submission], *, nothing: str, slow: bool = False) -> None:
        """Print them.

        nothing: what to say on a terminal if there are none. slow: each may take long to come, so a table starts before
        it knows how wide its columns are.
        """
        submissions = self._output.at_once(submissions) if slow else submissions
        if self._options.jsonl:
            self._output.json_lines(map(self._record, submissions))
        elif self._options.names is not None:
            self._output.json_array(map(self._record, submissions))
        else:
            self._table(submissions, nothing=nothing, slow=slow)

    def _table(self, submissions: Iterable[Submission], *, nothing: str, slow: bool) -> None:
        for_person = self._output.on_terminal
        rows = (
            [column.cell(submission, for_person=for_person) for column in self._lines] for submission in submissions
        )
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

    def _record(self, submission: Submission) -> dict[str, object]:
        names = FIELDS if self._options.names is None else self._options.names
        rank = self.ranks.of(submission) if "rank" in names else None
        whole = record(submission, name=self.columns.name(submission), rank=rank)
        return pick(whole, names)


def printer(output: Output, stack: Stack, options: PrintOptions, *, form: str | None) -> Printer:
    """Make the printer of a stack's submissions.

    --columns without a value prints the column names and ends the command (typer.Exit). Raises CliError for an unknown
    column or answer.
    """
    ensure_asked(options.names or (), stack, form)
    made = Printer(output, options, forms=stack.forms, form=form, ranks=stack.query().ranks())
    if options.columns is not None and not options.columns.replace(",", "").strip():
        for name in made.columns.names:
            output.line(name)
        raise typer.Exit
    return made
