"""Import plans: every row checked and compared with the stack before anything is written."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from admin_cli.errors import CliError
from admin_cli.imports.columns import Sheet, headings_known, read_columns
from admin_cli.imports.seen_rows import SeenRows
from admin_cli.terminal.escape import plain
from admin_cli.terminal.progress import Progress
from registration_core.domain.fields import FieldType
from registration_core.domain.phones import lost_sign, shown_phone
from registration_core.services.intake import WrongCell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.confirmation import Act
    from admin_cli.imports.csv_file import CsvFile
    from registration_core.domain.forms import Form
    from registration_core.services.intake import Candidate, CheckedRow

_MOST_TOLD, _MOST_COMPLETED_TOLD = 100, 10
"""How many mistakes and completed telephone numbers are listed; the rest are counted."""


@dataclass(frozen=True, slots=True)
class NewRows:
    """The rows that aren't in the stack yet, read from the file again. numbers: their row numbers, in order."""

    taking: Import
    numbers: array[int]

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Candidate]:
        """Yield each row's candidate."""
        numbers = iter(self.numbers)
        next_number = next(numbers, None)
        for row in self.taking.sheet.rows():
            if row.row == next_number:
                yield self.taking.intake.candidate(self.taking.form, row)
                next_number = next(numbers, None)
            if next_number is None:
                return


class Import:
    """A file and the form to import it into. name: the file's name in messages."""

    def __init__(self, act: Act, form: Form, file: CsvFile, name: str) -> None:
        self.form = form
        self.intake = act.stack.intake()
        file.divide(headings_known(form))
        self.sheet = Sheet(form, file, read_columns(form, file.header, name))
        self._act = act
        self._name = name
        self._taken = 0
        self._needed: Counter[str] = Counter()

    def new_rows(self) -> NewRows:
        """Check the whole file and return the rows that aren't in the stack yet.

        Raises CliError if there are no rows or some are wrong, after listing those.
        """
        self._check()
        numbers = array("Q")
        with Progress(self._act.services.output, "rows compared", total=self._taken) as progress:
            for row in self.sheet.rows():
                candidate = self.intake.candidate(self.form, row)
                if self.intake.known(self.form, candidate) is None:
                    numbers.append(row.row)
                    if candidate.option is not None:
                        self._needed[candidate.option] += 1
                progress.advance()
        return NewRows(self, numbers)

    def tell(self, new: NewRows) -> None:
        """Say how many rows are imported, which aren't and why, and how many would wait for a seat."""
        act = self._act
        if self.sheet.columns.passed_over:
            act.say(
                plain(f"  not imported, because Rollcall sets them itself: {', '.join(self.sheet.columns.passed_over)}")
            )
        for status, count in sorted(self.sheet.left_out.items()):
            act.say(f"  {rows_of(count)} left out: {status}")
        already_there = self._taken - len(new)
        if already_there:
            act.say(f"  {rows_of(already_there)} already there")
        for state in act.stack.query().quotas(self.form) if self._needed else ():
            if count := self._needed[state.option]:
                waiting = max(0, count - state.left)
                waits = f", {waiting:,} would join the waiting list" if waiting else ""
                act.say(f"  {state.option}: {rows_of(count)}, {state.left:,} of its seats free{waits}")
        if not len(new):
            act.say("Nothing new to import.")

    def _check(self) -> None:
        """Check every row. Raises CliError."""
        rows = mistakes = completed = 0
        wrong_rows: set[int] = set()
        with Progress(self._act.services.output, "rows checked") as progress, SeenRows() as seen:
            for checked in self.intake.check(self.form, self.sheet.rows(), seen):
                rows += 1
                for warning in self._completed(checked):
                    completed += 1
                    if completed <= _MOST_COMPLETED_TOLD:
                        progress.tell(plain(warning))
                for each in self._wrong(checked):
                    wrong_rows.add(each.row)
                    mistakes += 1
                    if mistakes <= _MOST_TOLD:
                        progress.tell(plain(f"{self._name}, {self.sheet.columns.where(each)}: {each.message}"))
                progress.advance()
        if completed > _MOST_COMPLETED_TOLD:
            self._act.say(f"... and {completed - _MOST_COMPLETED_TOLD:,} more telephone numbers like these.")
        all_rows = rows + sum(self.sheet.left_out.values())
        if mistakes > _MOST_TOLD:
            self._act.say(f"... and {mistakes - _MOST_TOLD:,} more mistakes.")
        if wrong_rows:
            raise CliError(
                f"{rows_of(len(wrong_rows))} of {all_rows:,} can't be imported. Nothing was imported.",
                hint=f"See what the form asks: rollcall forms show {self.form.name}",
            )
        if not all_rows:
            raise CliError(f"{self._name} has no rows below its headings.", hint="Nothing was imported.")
        self._taken = rows

    def _completed(self, checked: CheckedRow) -> Iterator[str]:
        """List the telephone numbers that a spreadsheet had cut, as they are imported."""
        candidate = checked.candidate
        if candidate is None:
            return
        for field in self.form.fields:
            text = candidate.row.texts.get(field.name, "")
            if field.type is FieldType.PHONE and lost_sign(text, field.region):
                row, shown = candidate.row, shown_phone(str(candidate.answers[field.name]), field.region)
                where = self.sheet.columns.where(WrongCell(row.row, row.line, field.name, ""))
                yield (
                    f'{self._name}, {where}: "{text.strip()}" seems to have lost its first character; '
                    f"imported as {shown}."
                )

    def _wrong(self, checked: CheckedRow) -> list[WrongCell]:
        """Collect a row's mistakes, in its answers and elsewhere."""
        wrong = [*self.sheet.wrong, *checked.wrong]
        self.sheet.wrong.clear()
        return wrong


def rows_of(count: int) -> str:
    """Return a number of rows with its noun."""
    return f"{count:,} row{'' if count == 1 else 's'}"
