"""What the columns of an imported file mean: a form's fields, or what an export of ours tells beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from admin_cli.csv_file import column_letters
from admin_cli.errors import CliError
from admin_cli.export.formulas import as_typed
from admin_cli.export.words import WORDS
from admin_cli.usage import meant
from registration_core.domain.submission import STANDING, Status
from registration_core.services.intake import Row, WrongCell

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from admin_cli.csv_file import CsvFile, Record
    from registration_core.domain.forms import Form

_ANSWER = "answers."
_OURS = tuple(name for name in WORDS["en"] if name not in ("yes", "no"))
"""What an export of ours tells of an entry beside its answers."""
READ = frozenset({"id", "reference", "form", "status", "language"})
"""Of that: what an import understands. The rest it passes over."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column means what. fields: places by field names. ours: places by names of an export's own columns."""

    fields: Mapping[str, int]
    ours: Mapping[str, int]
    headings: tuple[str, ...]

    @property
    def passed_over(self) -> list[str]:
        """The headings of an export's own columns that an import makes nothing of."""
        return [self.headings[place] for name, place in self.ours.items() if name not in READ]

    def where(self, wrong: WrongCell) -> str:
        """Say where in the file something is wrong: line, and column if it is about one."""
        if wrong.field not in self.fields:
            return f"line {wrong.line}" + (f", {wrong.field} (no such column)" if wrong.field else "")
        place = self.fields[wrong.field]
        return f"line {wrong.line}, column {column_letters(place)} ({self.headings[place]})"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, by the form's fields. left_out: how many rows were cancelled, spam or erased, by status."""

    columns: Columns
    rows: list[Row]
    left_out: Mapping[str, int]
    wrong: list[WrongCell]


def read_columns(form: Form, header: Record, name: str) -> Columns:
    """Match headings with fields: their names, with or without `answers.`, or their labels in any language.

    Raises CliError for headings that mean nothing or the same twice, and for required fields without a column.
    """
    known = _known(form)
    fields: dict[str, int] = {}
    ours: dict[str, int] = {}
    problems: list[str] = []
    for place, cell in enumerate(header.cells):
        heading = as_typed(cell).strip()
        found = known.get(_folded(heading))
        where = f"column {column_letters(place)}"
        if found is None:
            said = f"has the heading {heading!r}, which is no field of {form.name}" if heading else "has no heading"
            problems.append(f"{where} {said}.{meant(heading, [field.name for field in form.fields])}")
            continue
        is_field, column = found
        group = fields if is_field else ours
        if column in group:
            problems.append(f"{where} is {column} again; column {column_letters(group[column])} is that already.")
        group.setdefault(column, place)
    missing = [field.name for field in form.fields if field.required and field.name not in fields]
    if missing:
        problems.append(f"there is no column for {', '.join(missing)}, which the form requires.")
    if problems:
        raise CliError(
            f"{name}, line {header.line}: the columns do not fit the form.\n"
            + "\n".join(f"  {each}" for each in problems),
            hint=f"The fields there are: {', '.join(field.name for field in form.fields)}",
        )
    return Columns(fields, ours, tuple(as_typed(cell).strip() for cell in header.cells))


def read_rows(form: Form, file: CsvFile, columns: Columns) -> Sheet:
    """Give the rows by the form's fields; what is wrong in them beside the answers is told with those."""
    rows: list[Row] = []
    wrong: list[WrongCell] = []
    left_out: dict[str, int] = {}
    for record in file.records:
        told = {name: as_typed(_cell(record, place)).strip() for name, place in columns.ours.items()}
        mistakes = list(_mistakes(form, record, columns, told))
        wrong += mistakes
        status = told.get("status", "").lower()
        if mistakes:
            status = ""  # its answers are still checked, so that all is told at once
        if status and Status(status) not in STANDING:
            left_out[status] = left_out.get(status, 0) + 1
            continue
        rows.append(
            Row(
                line=record.line,
                texts={name: as_typed(_cell(record, place)) for name, place in columns.fields.items()},
                language=told.get("language") or None,
                origin=told.get("id") or told.get("reference") or None,
            )
        )
    return Sheet(columns, rows, left_out, wrong)


def _known(form: Form) -> dict[str, tuple[bool, str]]:
    """Give what each heading means: whether it is a field, and the name. A field comes before our own columns."""
    known = {_folded(name): (False, name) for name in _OURS}
    for words in WORDS.values():
        known |= {_folded(words[name]): (False, name) for name in _OURS}
    for field in form.fields:
        for label in field.label.by_language.values():
            known[_folded(label)] = known[_folded(f"{label} ({field.name})")] = (True, field.name)
    for field in form.fields:
        known[_folded(field.name)] = known[_folded(_ANSWER + field.name)] = (True, field.name)
    return known


def _mistakes(form: Form, record: Record, columns: Columns, told: Mapping[str, str]) -> Iterable[WrongCell]:
    """Yield what is wrong with a row beside its answers."""
    more = [cell for cell in record.cells[len(columns.headings) :] if cell.strip()]
    if more:
        yield WrongCell(
            record.line, "", f"It has {len(record.cells)} cells; the first row names {len(columns.headings)}."
        )
    if told.get("form", form.name) != form.name:
        yield WrongCell(record.line, "", f"It is of the form {told['form']!r}, not of {form.name}.")
    if told.get("language") and told["language"] not in form.languages:
        there = ", ".join(form.languages)
        yield WrongCell(record.line, "", f"The form has no language {told['language']!r}. There are: {there}.")
    if told.get("status") and told["status"].lower() not in list(Status):
        guess = meant(told["status"].lower(), map(str, Status))
        yield WrongCell(record.line, "", f"There is no status {told['status']!r}.{guess}")


def _cell(record: Record, place: int) -> str:
    return record.cells[place] if place < len(record.cells) else ""


def _folded(heading: str) -> str:
    return " ".join(heading.casefold().split())
