"""Attendance lists as people read them: headings and cells in the form's language, and a box per day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from registration_core.adapters.mail_values import shown_answers
from registration_core.domain.attendance import check_in_of
from registration_core.domain.dates import long_date, span
from registration_core.domain.sheet_words import words
from registration_core.domain.time_zones import local

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from admin_cli.submissions.columns import ListColumn
    from registration_core.domain.attendance import AttendanceList
    from registration_core.domain.fields import Option
    from registration_core.domain.submission import Submission

ANSWER = "answers."


@dataclass(frozen=True, slots=True)
class Line:
    """One person. times: when they were checked in, by day; empty if they weren't."""

    cells: tuple[str, ...]
    times: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PaperList:
    """A list to print.

    title: the option, or the form if the list is for everyone. facts: sentences about it. names:
    of the columns, as in --columns. headings: of the cells. days: of the boxes.
    """

    language: str
    kind: str
    title: str
    facts: tuple[str, ...]
    names: tuple[str, ...]
    headings: tuple[str, ...]
    days: tuple[str, ...]
    checked_in: str
    lines: tuple[Line, ...]


def paper_list(
    attendance: AttendanceList, days: Sequence[date], columns: Sequence[ListColumn], language: str
) -> PaperList:
    """Return a list in this language."""
    form = attendance.form
    sheet_words = words(language, form.words)
    option = _option(attendance)
    form_title = form.title.in_language(language)
    facts = [] if option is None else [form_title, *_when_and_where(attendance, option, language)]
    return PaperList(
        language=language,
        kind=sheet_words["attendance_list"],
        title=form_title if attendance.option is None else _called(option, attendance.option, language),
        facts=tuple(facts),
        names=tuple(column.name for column in columns),
        headings=tuple(_heading(attendance, column, sheet_words, language) for column in columns),
        days=tuple(long_date(day, language, form.words) for day in days),
        checked_in=sheet_words["checked_in"],
        lines=tuple(_line(attendance, person, days, columns, language) for person in attendance.people),
    )


def _option(attendance: AttendanceList) -> Option | None:
    field = attendance.form.chosen_field
    return field.option(attendance.option) if field is not None and attendance.option is not None else None


def _called(option: Option | None, value: str, language: str) -> str:
    return value if option is None else option.label.in_language(language)


def _when_and_where(attendance: AttendanceList, option: Option, language: str) -> list[str]:
    """Return when the option starts and where it is held, as far as the form says so."""
    form = attendance.form
    when = []
    if option.starts_at is not None:
        ends_at = None if option.ends_at is None else local(option.ends_at, form.time_zone)
        when = [span(local(option.starts_at, form.time_zone), ends_at, language, form.words)]
    return [*when, *([] if option.place is None else [option.place.in_language(language)])]


def _heading(attendance: AttendanceList, column: ListColumn, sheet_words: Mapping[str, str], language: str) -> str:
    name = column.name.removeprefix(ANSWER)
    field = attendance.form.field(name)
    if field is not None and (column.name.startswith(ANSWER) or name not in sheet_words):
        return field.label.in_language(language)
    return sheet_words.get(name, name)


def _line(
    attendance: AttendanceList, person: Submission, days: Sequence[date], columns: Sequence[ListColumn], language: str
) -> Line:
    form = attendance.form
    answers = {answer["name"]: answer["value"] for answer in shown_answers(form, person, language)}
    cells = (
        answers.get(column.name.removeprefix(ANSWER), "")
        if column.name.startswith(ANSWER)
        else _text(column.cell(person, for_person=True))
        for column in columns
    )
    made = (check_in_of(person, day) for day in days)
    times = ("" if check_in is None else f"{local(check_in.at, form.time_zone):%H:%M}" for check_in in made)
    return Line(tuple(cells), tuple(times))


def _text(value: object) -> str:
    """Return a cell's value for paper; of several texts, such as notes, all."""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value or "")
