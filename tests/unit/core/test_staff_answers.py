"""Answers that staff wrote: in a sheet's cells or on the command line. Each mistake quotes the text."""

from __future__ import annotations

from datetime import UTC, datetime
from string import Formatter
from typing import Any

import pytest
from unit.core.builders import TODAY, a_field, a_form, words

from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.fields import Option
from registration_core.domain.messages import MESSAGES, code_of
from registration_core.domain.staff_answers import SENTENCES, ensure_ages, validate_cells

CAMP = Option("camp", words("Camp"), min_age=10, max_age=12, starts_at=datetime(2027, 6, 20, 9, tzinfo=UTC))
FORM = a_form(
    a_field("text", "name", max_length=5),
    a_field("email", "email", required=True),
    a_field("date", "born"),
    a_field("number", "age", minimum=6, maximum=19),
    a_field("phone", "phone"),
    a_field("choice", "course", options=(CAMP,), age_from="born"),
    a_field("choices", "days", maximum=2),
    a_field("consent", "photos"),
    a_field("hidden", "came_by", max_length=5),
)
GOOD = {"name": "Åsa", "email": "asa@example.org", "born": "2016-01-31", "course": "Camp"}


def mistake(**cells: Any) -> tuple[str, str]:
    """Return the field that is wrong, and the sentence."""
    with pytest.raises(InvalidAnswersError) as error:
        validate_cells(FORM, GOOD | cells, today=TODAY)
    (wrong,) = error.value.errors
    return wrong.field, wrong.message


def test_cells__are_read_as_their_fields_answers() -> None:
    answers = validate_cells(FORM, GOOD | {"age": "12", "days": "a; B", "photos": "yes"}, today=TODAY)
    assert answers == {**GOOD, "course": "camp", "age": 12, "days": ["a", "b"], "photos": True}


def test_cells__may_be_values_of_a_program() -> None:
    answers = validate_cells(FORM, GOOD | {"age": 12, "days": ["a", "b"], "photos": True}, today=TODAY)
    assert answers == {**GOOD, "course": "camp", "age": 12, "days": ["a", "b"], "photos": True}


@pytest.mark.parametrize(("field", "value"), [("name", 7), ("born", ["2016-01-31"]), ("age", True), ("course", False)])
def test_cell__of_the_wrong_kind__says_so(field: str, value: Any) -> None:
    wrong, sentence = mistake(**{field: value})
    assert (wrong, "is not an answer to this. Write a text." in sentence) == (field, True)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("name", "Åsa Lindqvist"),
        ("came_by", "newsletter"),
        ("email", "asa at example.org"),
        ("born", "31/1/2016"),
        ("age", "twelve"),
        ("age", "5"),
        ("age", "20"),
        ("phone", "call me"),
        ("course", "Kamp"),
        ("days", "a;z"),
        ("photos", "perhaps"),
    ],
)
def test_cell__that_is_wrong__is_quoted_in_the_sentence(field: str, cell: str) -> None:
    """Staff find it in their sheet by its text."""
    wrong, sentence = mistake(**{field: cell})
    assert wrong == field
    assert f'"{cell}"' in sentence
    assert not any(hole in sentence for hole in ("None", "{", "}"))


def test_cell__that_is_long__is_quoted_in_part() -> None:
    _, sentence = mistake(age="x" * 60)
    assert f'"{"x" * 60}"' in sentence
    _, sentence = mistake(age="x" * 61)
    assert f'"{"x" * 60}…"' in sentence


def test_cell__that_is_missing__is_called_empty() -> None:
    assert mistake(email=" ") == ("email", "This is empty, and the form requires it.")


@pytest.mark.parametrize(("born", "limit"), [("2017-06-21", "10"), ("2014-06-20", "12")])
def test_course__of_another_age__is_refused_with_its_limit(born: str, limit: str) -> None:
    """Counted on the day that it starts."""
    field, sentence = mistake(born=born)
    assert field == "course"
    assert limit in sentence
    assert sentence.startswith("Camp is for people aged ")
    assert sentence.endswith(" on 2027-06-20.")


@pytest.mark.parametrize("born", ["2017-06-20", "2014-06-21"])
def test_course__is_open_from_one_birthday_to_the_next(born: str) -> None:
    assert validate_cells(FORM, GOOD | {"born": born}, today=TODAY)["born"] == born


def test_ensure_ages__names_the_option_and_its_limit() -> None:
    answers: dict[str, Any] = {"born": "2020-01-01", "course": "camp"}
    with pytest.raises(InvalidAnswersError) as error:
        ensure_ages(FORM, answers)
    assert [(each.field, each.code) for each in error.value.errors] == [("course", "too_young")]
    assert error.value.errors[0].message == "Camp is for people aged 10 or over on 2027-06-20."
    ensure_ages(FORM, answers | {"born": "2016-01-31"})


VISITORS_ONLY = {"required_question", "option_closed", "option_closed_until"}
"""Staff may choose an option that is closed to visitors."""
OF_GROUPS = ("not_participants", "repeated_participant")
"""Staff write of one participant."""


@pytest.mark.parametrize("wording", sorted({*MESSAGES["en"]} - {*VISITORS_ONLY, *OF_GROUPS}))
def test_refusal__has_a_sentence_for_staff(wording: str) -> None:
    """For each that a visitor can meet, with the same values filled in."""
    sentence = SENTENCES.get(wording) or SENTENCES[code_of(wording)]
    holes = {name for _, name, _, _ in Formatter().parse(sentence) if name}
    of_visitors = {name for _, name, _, _ in Formatter().parse(MESSAGES["en"][wording]) if name}
    assert holes <= {"given", "options", "named", "example", *of_visitors}
