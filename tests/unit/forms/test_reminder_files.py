"""A form file's [[reminders]]: what they mean, and mistakes that name the place and what to write."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from unit.forms.test_form_files import EMAIL, HEAD, NAME, problems, write

from registration_core.domain.forms import Form
from registration_core.domain.reminders import Reminder, reminders_of
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

ONCE = 'once = "day"\n'
DAY = """
[[fields]]
name = "day"
type = "choice"
label = "Day"
required = true

[[fields.options]]
value = "dated"
label = "Dated"
starts_at = 2027-05-01T10:00:00+02:00
ends_at = 2027-05-01T12:00:00+02:00

[[fields.options]]
value = "open"
label = "Open"
"""
TEMPLATE, BEFORE = 'template = "reminder"', 'before = "7d"'


def a_reminder(*lines: str) -> str:
    return "\n".join(["", "[[reminders]]", *lines, ""])


def a_file(*reminders: str) -> str:
    return HEAD + ONCE + "".join(reminders) + NAME + EMAIL + DAY


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a form's own mails `reminder`, and `moved`, which needs a value."""
    mails = tmp_path / "forms" / "course" / "mail"
    mails.mkdir(parents=True)
    for part in ("subject", "txt", "html"):
        (mails / f"reminder.en.{part}.j2").write_text("Soon", encoding="utf-8")
        (mails / f"moved.en.{part}.j2").write_text("{{ set.room }}", encoding="utf-8")
    return tmp_path


def test_reminders__are_read_for_each_option_with_a_date(folder: Path) -> None:
    """A form without reminders compiles to what it was before."""
    text = a_file(a_reminder(TEMPLATE, BEFORE), a_reminder(TEMPLATE, 'after = "12h"'))
    form = Form.from_dict(compile_forms(write(folder, text))["course"].to_dict())

    pairs = list(reminders_of(form))
    assert [(reminder, option.value) for reminder, option in pairs] == [
        (Reminder("reminder", "7d"), "dated"),
        (Reminder("reminder", "12h", after=True), "dated"),
    ]
    (before, option), (after, _) = pairs
    assert option.starts_at is not None
    assert before.moment(option, None) == option.starts_at - timedelta(days=7)
    assert after.moment(option, None) == option.starts_at + timedelta(hours=14)
    assert "reminders" not in compile_forms(write(folder, a_file()))["course"].to_dict()


@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ([BEFORE], '"template" is missing; it must be text in quotes'),
        ([TEMPLATE], 'a reminder has either "before", counted from "starts_at", or "after"'),
        ([TEMPLATE, BEFORE, 'after = "1d"'], 'a reminder has either "before"'),
        ([TEMPLATE, 'before = "a week"'], '"before" is "a week"; write a length of time from 1h to 366d, such as 12h'),
        ([TEMPLATE, 'after = "0d"'], '"after" is "0d"; write a length of time'),
        ([TEMPLATE, 'before = "53w"'], '"before" is "53w"; write a length of time'),
        ([TEMPLATE, "before = 7"], '"before" must be text in quotes, not 7'),
        (
            ['template = "remindr"', BEFORE],
            '"template" is "remindr", but this form has no such mail (did you mean "rem',
        ),
        (['template = "confirmed"', BEFORE], '"template" is "confirmed", but Rollcall sends that mail already; give'),
        (['template = "moved"', BEFORE], 'the mail "moved" uses set.room, which staff give'),
        ([TEMPLATE, BEFORE, "to = 1"], 'key "to" is unknown for a reminder; use one of template, before, after'),
    ],
)
def test_mistake__is_named_with_its_place(folder: Path, lines: list[str], problem: str) -> None:
    (found,) = problems(folder, a_file(a_reminder(*lines)))
    assert found.startswith(f"forms/course/form.toml: reminder 1: {problem}")


def test_reminder__needs_its_mail_in_every_language(folder: Path) -> None:
    text = 'languages = ["en", "sv"]' + re.sub(
        r'(title|label) = ("[^"]+")', r"\1 = { en = \2, sv = \2 }", a_file(a_reminder(TEMPLATE, BEFORE))
    )
    (found,) = problems(folder, text)
    assert found.endswith('the mail "reminder" has no sv files; write mail/reminder.sv.*.j2 too')


@pytest.mark.parametrize("text", [HEAD + a_reminder(TEMPLATE, BEFORE) + NAME + EMAIL, ""])
def test_reminder__needs_an_option_with_a_date(folder: Path, text: str) -> None:
    undated = a_file(a_reminder(TEMPLATE, BEFORE)).replace("starts_at", "#").replace("ends_at", "#")
    (found,) = problems(folder, text or undated)
    assert "[[reminders]] need an option with a date" in found


def test_reminders__of_one_mail_and_time_are_a_mistake(folder: Path) -> None:
    (found,) = problems(folder, a_file(*[a_reminder(TEMPLATE, BEFORE)] * 2))
    assert found.endswith('two reminders are "reminder" 7d; remove one')
