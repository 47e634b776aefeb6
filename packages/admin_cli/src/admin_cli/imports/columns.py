"""Columns of an imported file: a form's fields, and the other columns of our exports."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from admin_cli.errors import CliError
from admin_cli.imports.csv_file import column_letters
from admin_cli.terminal.escape import from_tab_separated
from registration_core.adapters.sheets.formulas import as_typed
from registration_core.adapters.sheets.headings import ANSWER, READ, Headings
from registration_core.domain.sheet_words import statuses
from registration_core.domain.submission import STANDING, Status
from registration_core.domain.suggestions import meant
from registration_core.services.intake import Row, WrongCell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from admin_cli.imports.csv_file import CsvFile, Record
    from registration_core.domain.forms import Form


@dataclass(frozen=True, slots=True)
class Columns:
    """The meaning of each column. fields: indexes by field name. ours: indexes by name of an export's own column."""

    fields: Mapping[str, int]
    ours: Mapping[str, int]
    headings: tuple[str, ...]

    @property
    def passed_over(self) -> list[str]:
        """The headings of an export's own columns that imports ignore."""
        return [self.headings[place] for name, place in self.ours.items() if name not in READ]

    def where(self, wrong: WrongCell) -> str:
        """Return where a mistake is: row and line, and the column if it is in one."""
        place = {**self.ours, **self.fields}.get(wrong.field)
        where = row_and_line(wrong.row, wrong.line)
        if place is None:
            return where + (f", {wrong.field} (no such column)" if wrong.field else "")
        return f"{where}, column {column_letters(place)} ({self.headings[place]})"


@dataclass
class Sheet:
    """The rows of a file, by the form's fields.

    left_out: by status, how many rows were cancelled, spam or erased. wrong: mistakes in other cells than answers.
    Both cover the rows that `rows` has read so far.
    """

    form: Form
    file: CsvFile
    columns: Columns
    left_out: dict[str, int] = field(default_factory=dict)
    wrong: list[WrongCell] = field(default_factory=list)

    def rows(self) -> Iterator[Row]:
        """Yield the rows to import, from the first on."""
        self.left_out.clear()
        self.wrong.clear()
        columns = self.columns
        for record in self.file.records():
            own_cells = {name: self._cell(record, place).strip() for name, place in columns.ours.items()}
            mistakes = list(self._mistakes(record, own_cells))
            self.wrong += mistakes
            status = (
                None if mistakes else self._status(own_cells)
            )  # still check its answers, to report all mistakes at once
            if status is not None and status not in STANDING:
                self.left_out[status] = self.left_out.get(status, 0) + 1
                continue
            yield Row(
                row=record.row,
                line=record.line,
                texts={name: self._cell(record, place) for name, place in columns.fields.items()},
                language=own_cells.get("language") or None,
                origin=own_cells.get("id") or own_cells.get("reference") or None,
                submitted_at=None if mistakes else _moment(own_cells.get("submitted_at", "")),
            )

    def _mistakes(self, record: Record, own_cells: Mapping[str, str]) -> Iterator[WrongCell]:
        """Yield the mistakes in a row's other cells than its answers."""

        def wrong(message: str, column: str = "") -> WrongCell:
            return WrongCell(record.row, record.line, column, message)

        for place, cell in enumerate(record.cells):
            if cell.strip() and (place >= len(self.columns.headings) or not self.columns.headings[place]):
                yield wrong(f'Column {column_letters(place)} has no heading, but contains "{cell.strip()}" here.')
        form = self.form
        if own_cells.get("form", form.name) != form.name:
            yield wrong(f'"{own_cells["form"]}" is another form; this imports into {form.name}.', "form")
        if own_cells.get("language") and own_cells["language"] not in form.languages:
            languages = ", ".join(form.languages)
            yield wrong(f'The form has no language "{own_cells["language"]}". Use one of: {languages}.', "language")
        if own_cells.get("status") and self._status(own_cells) is None:
            guess = meant(own_cells["status"].lower(), map(str, Status))
            yield wrong(f'"{own_cells["status"]}" is not a status.{guess}', "status")
        moment = own_cells.get("submitted_at")
        if moment and _moment(moment) is None:
            yield wrong(f'"{moment}" is not a time such as 2026-03-01T12:30:05Z, or a date.', "submitted_at")

    @cached_property
    def _escaped(self) -> bool:
        """Whether the file is a TSV export, with line breaks and backslashes escaped."""
        return self.file.delimiter == "\t" and not {"id", "reference"}.isdisjoint(self.columns.ours)

    def _cell(self, record: Record, place: int) -> str:
        """Return a cell as typed; empty if the row is too short."""
        cell = record.cells[place] if place < len(record.cells) else ""
        return as_typed(from_tab_separated(cell) if self._escaped else cell)

    def _status(self, own_cells: Mapping[str, str]) -> Status | None:
        """Return a row's status, from its code or an export's word for it; None if the cell has none."""
        return statuses(self.form.words).get(own_cells["status"].casefold()) if own_cells.get("status") else None


def read_columns(form: Form, header: Record, name: str) -> Columns:
    """Match headings with fields: by name, with or without `answers.`, by label in any language, or both.

    Columns without a heading are ignored. Raises CliError for unknown, ambiguous and repeated headings, and for
    required fields without a column.
    """
    known = Headings(form)
    headings = tuple(as_typed(cell).strip() for cell in header.cells)
    places: dict[str, int] = {}
    problems: list[str] = []
    for place, heading in enumerate(headings):
        if not heading:
            continue
        where = f"column {column_letters(place)}"
        candidates = known.columns(heading)
        if not candidates:
            guess = meant(heading, [each.name for each in form.fields])
            problems.append(f'{where} has the heading "{heading}", which is not a field of {form.name}.{guess}')
        elif len(candidates) > 1:
            problems.append(
                f'{where} has the heading "{heading}", which could mean {_either(candidates)}; write one of these.'
            )
        elif candidates[0] in places:
            shown = candidates[0].removeprefix(ANSWER)
            problems.append(
                f"{where} is {shown}, and so is column {column_letters(places[candidates[0]])}; remove one of them."
            )
        else:
            places[candidates[0]] = place
    fields = {column.removeprefix(ANSWER): place for column, place in places.items() if column.startswith(ANSWER)}
    missing = [each.name for each in form.fields if each.always_required and each.name not in fields]
    if missing:
        problems.append(f"there is no column for {', '.join(missing)}, which the form requires.")
    if problems:
        raise CliError(
            f"{name}, line {header.line}: the columns don't match the form.\n"
            + "\n".join(f"  {each}" for each in problems),
            hint=f"The form's fields: {', '.join(each.name for each in form.fields)}",
        )
    ours = {column: place for column, place in places.items() if not column.startswith(ANSWER)}
    return Columns(fields, ours, headings)


def headings_known(form: Form) -> Callable[[Sequence[str]], int]:
    """Return a function that counts a first row's headings that this form knows."""
    known = Headings(form)
    return lambda cells: sum(1 for cell in cells if known.columns(as_typed(cell).strip()))


def row_and_line(row: int, line: int) -> str:
    """Return where a row begins: its number in a spreadsheet, and the file's line if that differs."""
    return f"row {row}" if row == line else f"row {row} (line {line})"


def _either(columns: Sequence[str]) -> str:
    return " or ".join(f'"{column}"' for column in columns)


def _moment(text: str) -> datetime | None:
    """Read a time, in UTC unless it has a zone; None if it isn't a time."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the calendar begins in the year 1 and ends in 9999
        return None
