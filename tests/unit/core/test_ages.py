"""Options for certain ages: who may take them, the message, imports and edits, and the form file."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import START, CountedRandomness, GivenForms, PlainSigner, StoppedClock
from contract.manage_fake import InMemoryManagedRepository
from unit.core.builders import TODAY, a_field, a_form, words

from registration_core.domain.ages import age_on
from registration_core.domain.errors import FormFileError, InvalidAnswersError
from registration_core.domain.examples import fit_ages
from registration_core.domain.fields import Option
from registration_core.domain.forms import Form
from registration_core.domain.staff_answers import validate_cells
from registration_core.domain.validation import example_submission, validate
from registration_core.services.describe import DescribeService
from registration_core.services.edit import EditService
from registration_core.services.submit import SubmitService
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from pathlib import Path

STARTS = datetime(2027, 3, 13, 9, tzinfo=UTC)
FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field("date", "born"),
    a_field(
        "choice",
        "day",
        required=True,
        age_from="born",
        options=(
            Option("kids", words("Kids"), starts_at=STARTS, min_age=7, max_age=9),
            Option("teens", words("Teens"), starts_at=STARTS, min_age=14),
            Option("all", words("All")),
        ),
    ),
)
ANSWERS = {"name": "Åsa", "email": "asa@example.org"}


def message_for(day: str, born: str, language: str = "en", **more: str) -> list[tuple[str, str, str]]:
    """Return what a visitor reads about this choice and this date of birth."""
    try:
        validate(FORM, {**ANSWERS, "day": day, "born": born, **more}, language, today=TODAY)
    except InvalidAnswersError as error:
        return [(each.field, each.code, each.message) for each in error.errors]
    return []


@pytest.mark.parametrize(
    ("born", "age"),
    [("2020-03-13", 7), ("2020-03-14", 6), ("2020-03-12", 7), ("2020-02-29", 7), ("2027-03-13", 0)],
)
def test_age__is_counted_in_whole_years_on_the_first_day(born: str, age: int) -> None:
    assert age_on(STARTS.date(), date.fromisoformat(born)) == age


def test_age__of_a_leap_day_child_rises_on_1_march() -> None:
    born = date(2020, 2, 29)
    assert [age_on(date(2027, month, day), born) for month, day in ((2, 28), (3, 1))] == [6, 7]


@pytest.mark.parametrize(
    ("day", "born", "code"),
    [
        ("kids", "2020-03-13", None),
        ("kids", "2020-03-14", "too_young"),
        ("kids", "2017-03-14", None),
        ("kids", "2017-03-13", "too_old"),
        ("teens", "1950-01-01", None),
        ("teens", "2013-03-14", "too_young"),
        ("all", "2026-01-01", None),
        ("kids", "", None),
    ],
)
def test_validate__accepts_the_ages_of_the_option(day: str, born: str, code: str | None) -> None:
    assert [(field, error_code) for field, error_code, _ in message_for(day, born)] == ([("day", code)] if code else [])


def test_validate__names_the_ages_in_the_visitors_language() -> None:
    """The message belongs to the choice and comes in the form's order among the other wrong fields."""
    assert message_for("kids", "2021-01-01") == [
        ("day", "too_young", "Kids is for people aged 7 or over on 13 March 2027.")
    ]
    assert message_for("kids", "2011-01-01", "sv") == [
        ("day", "too_old", "Kids (sv) är för den som är högst 9 år den 13 mars 2027.")
    ]
    wrong = message_for("kids", "2021-01-01", name="", extra="?")
    assert [field for field, _, _ in wrong] == ["name", "day", "extra"]


def test_import__refuses_a_row_of_another_age() -> None:
    with pytest.raises(InvalidAnswersError, match="aged 7 or over on 2027-03-13"):
        validate_cells(FORM, {**ANSWERS, "day": "kids", "born": "2021-01-01"}, today=TODAY)


def test_edit__checks_the_age_only_if_it_matters() -> None:
    """A new course or date of birth must fit; a new name need not, even if the submission is older than the rule."""
    repository, clock = InMemoryManagedRepository(StoppedClock(), CountedRandomness("r")), StoppedClock()
    parts: dict[str, Any] = {"repository": repository, "signer": PlainSigner(), "clock": clock}
    randomness = CountedRandomness("s")
    before_the_rule = replace(FORM, fields=tuple(replace(field, age_from=None) for field in FORM.fields))
    submits = SubmitService(**parts, randomness=randomness)
    receipt = submits.submit(before_the_rule, {**ANSWERS, "day": "kids", "born": "2011-01-01"}, key=None, language="en")
    edits = EditService(forms=GivenForms(FORM), **parts, randomness=randomness)
    entry = repository.get(receipt.id)
    assert edits.plan(entry, {"name": "Bo"}).fields == ("name",)
    assert edits.plan(entry, {"day": "teens"}).fields == ("day",)
    with pytest.raises(InvalidAnswersError, match="aged 9 or under"):
        edits.plan(entry, {"born": "2012-01-01"})
    with pytest.raises(InvalidAnswersError, match="aged 14 or over"):
        edits.plan(entry, {"day": "teens", "born": "2018-01-01"})


def test_form__keeps_its_ages_when_stored_and_described() -> None:
    assert Form.from_dict(FORM.to_dict()) == FORM
    described = DescribeService(
        repository=InMemoryManagedRepository(StoppedClock(), CountedRandomness("r")), clock=StoppedClock()
    )
    field = described.describe(FORM)["fields"][3]
    assert field["age_from"] == "born"
    assert [(option.get("min_age"), option.get("max_age")) for option in field["options"]] == [
        (7, 9),
        (14, None),
        (None, None),
    ]


def test_shipped_form__refuses_a_six_year_old_in_the_team(example_forms: dict[str, Form]) -> None:
    """Each course takes exactly the ages in its hint."""
    form = example_forms["registration"]
    today = START.date()
    for option in form.field("course").options:  # type: ignore[union-attr]
        assert option.hint is not None
        assert f"{option.min_age} to {option.max_age}" in str(option.hint)
        fitting = fit_ages(form, example_submission(form, today=today) | {"course": option.value})
        validate(form, fitting, "en", today=today)
    six = example_submission(form, today=today) | {"course": "competition-team", "birth_date": "2021-01-01"}
    with pytest.raises(InvalidAnswersError, match="Competition team is for people aged 14 or over"):
        validate(form, six, "en", today=today)


@pytest.fixture
def example_forms() -> dict[str, Form]:
    from integration.api_requests import FORMS  # noqa: PLC0415 - compiled once for all tests

    return FORMS


FILE = """
title = "Course"
id_prefix = "crs"
retention_days = 30
email_field = "email"
once = "day"

[[fields]]
name = "email"
type = "email"
label = "Email"
required = true

[[fields]]
name = "born"
type = "date"
label = "Born"

[[fields]]
name = "day"
type = "choice"
label = "Day"
required = true
{field}

[[fields.options]]
value = "a"
label = "A"
{option}
"""
TIMES = "starts_at = 2027-01-16T10:00:00+01:00\nends_at = 2027-01-16T12:00:00+01:00\n"
AGES = f'{TIMES}hint = "Ages 7 to 9"\nmin_age = 7\nmax_age = 9'


@pytest.mark.parametrize(
    ("field", "option", "problem"),
    [
        ("", AGES, '"age_from" is missing; it names the date of birth; use one of born'),
        ('age_from = "email"', AGES, '"age_from" must name a field of type "date"; use one of born'),
        ('age_from = "born"', f"{TIMES}min_age = 7", "must show visitors the ages before they choose; it lacks 7"),
        ('age_from = "born"', f'{TIMES}hint = "From 17"\nmin_age = 7', "it lacks 7"),
        ('age_from = "born"', 'hint = "From 7"\nmin_age = 7', '"starts_at" is missing; ages are counted on that day'),
        (
            'age_from = "born"',
            f'{TIMES}hint = "9, 7"\nmin_age = 9\nmax_age = 7',
            '"min_age" (9) is more than "max_age"',
        ),
        ('age_from = "born"', f'{TIMES}hint = "x"\nmin_age = -1', '"min_age"'),
        ('age_from = "born"', AGES, None),
    ],
)
def test_forms_check__explains_what_is_wrong_with_ages(
    tmp_path: Path, field: str, option: str, problem: str | None
) -> None:
    (tmp_path / "forms" / "course").mkdir(parents=True)
    (tmp_path / "forms" / "course" / "form.toml").write_text(FILE.format(field=field, option=option), encoding="utf-8")
    if problem is None:
        assert compile_forms(tmp_path / "forms")["course"].fields[2].age_from == "born"
        return
    with pytest.raises(FormFileError) as wrong:
        compile_forms(tmp_path / "forms")
    assert problem in str(wrong.value)
