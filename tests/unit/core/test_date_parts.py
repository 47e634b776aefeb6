"""Dates in three fields, joined for the API and split for the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from unit.core.builders import TODAY, a_field, a_form

from registration_core.domain.date_parts import parts_of, with_whole_dates
from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.validation import validate

if TYPE_CHECKING:
    from registration_core.domain.forms import Form


@pytest.fixture
def form() -> Form:
    return a_form(a_field("date", "born", required=True, minimum="today-20y", maximum="today-6y", autocomplete="bday"))


@pytest.mark.parametrize(
    ("typed", "answer", "message"),
    [
        (("30", "4", "2015"), "2015-04-30", ""),
        ((" 3 ", "04", "2015"), "2015-04-03", ""),
        (("", "4", "2015"), "", "The date must include a day."),
        (("30", "", "2015"), "", "The date must include a month."),
        (("30", "4", ""), "", "The year must have 4 digits, such as 2015."),
        (("30", "4", "15"), "", "The year must have 4 digits, such as 2015."),
        (("31", "4", "2015"), "", "Enter a real date, such as 2015-04-30."),
        (("april", "4-4", "2015"), "", "Enter a real date, such as 2015-04-30."),
        (("", " ", ""), "", "Enter born."),
        (("30", "4", "2025"), "", "The person must be at least 6 years old."),
        (("30", "4", "1995"), "", "The person must be younger than 20."),
    ],
)
def test_date__in_three_fields_is_one_answer_or_an_error(
    form: Form, typed: tuple[str, str, str], answer: str, message: str
) -> None:
    """A plain form's three fields become one date; an error names the part that is wrong."""
    names = ("born-day", "born-month", "born-year")
    whole = with_whole_dates(form, dict(zip(names, typed, strict=True)))
    if answer:
        assert validate(form, whole, "en", today=TODAY) == {"born": answer}
        return
    with pytest.raises(InvalidAnswersError) as error:
        validate(form, whole, "en", today=TODAY)
    assert [(one.field, one.message) for one in error.value.errors] == [("born", message)]


def test_date__sent_whole_or_not_at_all_stays_as_it_is(form: Form) -> None:
    """Clients that send one ISO date still can; other fields stay untouched."""
    assert with_whole_dates(form, {"born": "2015-04-30", "other-day": "x"}) == {"born": "2015-04-30", "other-day": "x"}


def test_parts__of_a_date_are_what_was_typed(form: Form) -> None:
    """The page shows again what was in each field, and nothing for an answer that never was a date."""
    sent = with_whole_dates(form, {"born-day": "31", "born-month": "4", "born-year": ""})
    assert parts_of(str(sent["born"])) == {"day": "31", "month": "04", "year": ""}
    assert parts_of("soon") == {"day": "", "month": "", "year": ""}
