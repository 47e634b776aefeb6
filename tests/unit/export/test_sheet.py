"""A teacher's sheet: names, ages and spam reasons in exports, sorted by a column."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from unit.cli.fakes import CommandLine
from unit.core.builders import a_field, a_form, words
from unit.export.table_source import COURSE, NOW, TableSource, entry

from admin_cli.aws.contexts import Context, ContextFile
from admin_cli.export import sorted_rows
from admin_cli.submissions.columns import ListColumns
from registration_core.domain.fields import Option
from registration_core.domain.notes import Note
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from pathlib import Path

STARTS = datetime(2026, 9, 5, 10, 0, tzinfo=UTC)
LEVELS = (Option("a", words("Zebras"), starts_at=STARTS), Option("b", words("Ants"), starts_at=STARTS))
CLASS = a_form(
    a_field("text", "participant", required=True),
    a_field("date", "born"),
    a_field("choice", "level", options=LEVELS, age_from="born"),
    name_field="participant",
    email_field=None,
    retention_days=3660,
)
PUPILS = (
    ("Åsa", {"born": "2016-09-05", "level": "a"}),
    ("Bo", {"born": "2016-09-06", "level": "b"}),
    ("Örjan", {"level": "a"}),
    ("Ada", {"born": "2014-01-31", "level": "a"}),
)


@pytest.fixture
def source() -> TableSource:
    made = [
        entry(number, form=CLASS, answers={"participant": name, **answers})
        for number, (name, answers) in enumerate(PUPILS)
    ]
    made[1] = replace(made[1], status=Status.SPAM, spam_sign="quick 1")
    return TableSource(made)


@pytest.fixture
def rollcall(tmp_path: Path, source: TableSource) -> CommandLine:
    file = ContextFile(tmp_path / "config" / "contexts.json")
    file.write(file.read().with_entry(Context("local", "local", "eu-north-1", "http://localhost:1")))
    return CommandLine(file, forms={"course": CLASS}, source=source)


def sheet(rollcall: CommandLine, *options: str) -> list[list[str]]:
    ran = rollcall("export", *options)
    assert ran.code == 0, ran.err
    return list(csv.reader(io.StringIO(ran.out, newline="")))


def first(rollcall: CommandLine, *options: str) -> list[str]:
    """Return the cells of the first column."""
    return [row[0] for row in sheet(rollcall, *options)[1:]]


def test_sheet__has_names_and_ages_on_the_first_day(rollcall: CommandLine) -> None:
    """Sorted by a column either way, with missing values last."""
    assert sheet(rollcall, "--columns", "name,age", "--sort", "age") == [
        ["Name", "Age"], ["Bo", "9"], ["Åsa", "10"], ["Ada", "12"], ["Örjan", ""],
    ]  # fmt: skip
    assert first(rollcall, "--columns", "name", "--sort", "-age") == [
        "Ada",
        "Åsa",
        "Bo",
        "Örjan",
    ]


def test_sheet__is_sorted_by_any_column(rollcall: CommandLine) -> None:
    """Options sort by label and names as people read them; the column need not be in the sheet."""
    assert first(rollcall, "--columns", "participant", "--sort", "level")[0] == "Bo"
    assert first(rollcall, "--columns", "name", "--sort", "name") == [
        "Ada",
        "Åsa",
        "Bo",
        "Örjan",
    ]


def test_sheet__gives_the_reason_for_suspicion(rollcall: CommandLine) -> None:
    """In words for people, as stored for programs."""
    named = ("--columns", "name,spam_sign", "--status", "spam")
    assert sheet(rollcall, *named) == [["Name", "Why spam"], ["Bo", "sent 1 s after the page was opened"]]
    assert json.loads(rollcall("export", "--format", "jsonl", *named).out) == {"name": "Bo", "spam_sign": "quick 1"}


def test_sheet__a_forms_own_age_field_takes_precedence(tmp_path: Path) -> None:
    file = ContextFile(tmp_path / "config" / "contexts.json")
    file.write(file.read().with_entry(Context("local", "local", "eu-north-1", "http://localhost:1")))
    source = TableSource([entry(0, answers={"age": 7}), entry(1, answers={"age": 40})])
    line = CommandLine(file, forms={"course": COURSE}, source=source)

    assert sheet(line, "--columns", "age", "--sort", "-age")[1:] == [["40"], ["7"]]


def test_columns__a_forms_own_notes_field_takes_precedence(tmp_path: Path) -> None:
    """A form that asks for notes keeps its column in lists and exports."""
    form = replace(COURSE, fields=(*COURSE.fields, a_field("textarea", "notes")))
    file = ContextFile(tmp_path / "config" / "contexts.json")
    file.write(file.read().with_entry(Context("local", "local", "eu-north-1", "http://localhost:1")))
    submission = entry(0, form=form, answers={"notes": "Own"}, notes=(Note("1", NOW, "kim", "Staff's"),))
    line = CommandLine(file, forms={"course": form}, source=TableSource([submission]))

    assert sheet(line, "--columns", "notes")[1:] == [["Own"]]
    (column,) = ListColumns({"course": form}, "course", rank=lambda _: None).chosen("notes")
    assert column.cell(submission, for_person=False) == "Own"


def test_sort__by_an_unknown_column_suggests_the_nearest(rollcall: CommandLine) -> None:
    ran = rollcall("export", "--sort", "-participent")

    assert (ran.code, ran.out) == (2, "")
    assert "There is no column 'participent'. Did you mean 'participant'?" in ran.err


def test_sort__of_too_many_is_refused(rollcall: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """All are held in memory, so there is a limit; nothing is left behind."""
    monkeypatch.setattr(sorted_rows, "MOST_SORTED", 3)

    ran = rollcall("export", "--sort", "name")

    assert (ran.code, ran.out) == (2, "")
    assert "--sort works for at most 3 submissions, and there are more." in ran.err
