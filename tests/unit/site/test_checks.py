"""Checks on a page: the server's rules and messages, never stricter than the server."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import TODAY, a_field, a_form

from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.fields import Text
from registration_core.domain.validation import validate
from rollcall_build.site.checks import Rule, checks_of

if TYPE_CHECKING:
    from registration_core.domain.fields import Field

EMAIL = a_field("email")
PHONE = a_field("phone")
AT_HOME = a_field("phone", region="SE")
DATE = a_field("date")
NUMBER = a_field("number")
PRICE = a_field("number", decimals=2)


def labelled(kind: str, label: str) -> Field:
    """Return a required field with this label."""
    return replace(a_field(kind, required=True), label=Text({"en": label}))


def server_message(field: Field, raw: Any, language: str = "en") -> str:
    """Return the server's message, or nothing if it accepts the answer."""
    try:
        validate(a_form(field), {field.name: raw}, language, today=TODAY)
    except InvalidAnswersError as error:
        return error.errors[0].message
    return ""


def page_message(field: Field, text: str) -> str:
    """Return the message of the first pattern that fails, as a page shows it for a trimmed answer."""
    for rule, limit, sentence, _ in checks_of(field, "en"):
        if rule is Rule.PATTERN and text and not regex.search(str(limit), text):
            return sentence
    return ""


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (EMAIL, "robin@example.org"),
        (EMAIL, "o'neil+tag@mail.example-academy.co.uk"),
        (EMAIL, "robin@xn--bcher-kva.example"),
        (EMAIL, "robin@bücher.example"),
        (EMAIL, "robin"),
        (EMAIL, "robin@nowhere"),
        (EMAIL, "robin@example..org"),
        (EMAIL, ".robin@example.org"),
        (EMAIL, "robin.@example.org"),
        (EMAIL, "ro..bin@example.org"),
        (EMAIL, "=?utf-8?q?x?=@example.org"),
        (EMAIL, "ro bin@example.org"),
        (EMAIL, "robin@-example.org"),
        (EMAIL, "robin@example-.org"),
        (EMAIL, "robin@example.org1"),
        (EMAIL, "robin@@example.org"),
        (EMAIL, "åsa@example.org"),
        (EMAIL, "x" * 64 + "@example.org"),
        (EMAIL, "x" * 65 + "@example.org"),
        (PHONE, "070-123 45 67"),
        (PHONE, "+46 (0)70 123 45 67"),
        (PHONE, "0046 70 123 45 67"),
        (PHONE, "tel:+46701234567"),
        (PHONE, "(08) 12 34 56"),
        (PHONE, "٠٧٠١٢٣٤٥٦"),
        (PHONE, "1234"),
        (PHONE, "1" * 15),
        (PHONE, "1" * 16),
        (PHONE, "+0701234567"),
        (PHONE, "+46 70 CALL ME"),
        (PHONE, "0"),
        (DATE, "2015-04-30"),
        (DATE, "30/04/2015"),
        (DATE, "2015-4-30"),
        (DATE, "2015-04-"),
        (DATE, "2015--30"),
        (DATE, "-04-30"),
        (DATE, "15-04-30"),
        (DATE, "--30"),
        (DATE, "2015-02-30"),
        (DATE, "2016-02-29"),
        (DATE, "1900-02-29"),
        (NUMBER, "12"),
        (NUMBER, "-12"),
        (NUMBER, "\u221212"),
        (AT_HOME, "1234"),
        (AT_HOME, "+46 (0)70 123 45 67"),
        (AT_HOME, "+0701234567"),
        (AT_HOME, "tel:0701234567"),
        (AT_HOME, "٠٧٠١٢٣٤٥٦"),
        (AT_HOME, "070-123 45 67 ext. 8"),
        (AT_HOME, "call me"),
        (NUMBER, "12,0"),
        (NUMBER, "12."),
        (NUMBER, "12.5"),
        (NUMBER, "twelve"),
        (NUMBER, ".5"),
        (NUMBER, "1.2.3"),
        (NUMBER, "1" * 17),
        (PRICE, "12,50"),
        (PRICE, "12,505"),
        (PRICE, "12,5000"),
        (PRICE, "x"),
    ],
)
def test_patterns__give_the_servers_message(field: Field, text: str) -> None:
    assert page_message(field, text) == server_message(field, text)


@pytest.mark.parametrize(
    ("field", "letters"),
    [
        (EMAIL, "ab.@-_=?+åß。xn1 "),
        (PHONE, "+0014 ()-.\u00a0٣tel:"),
        (AT_HOME, "+0467 ()-.x8"),
        (DATE, "0123-/9"),
        (NUMBER, "0123-\u2212.,٣ e"),
        (PRICE, "0123-\u2212.,٣ e"),
    ],
    ids=["email", "phone", "phone at home", "date", "number", "price"],
)
@given(data=st.data())
def test_patterns__refuse_nothing_that_the_server_accepts(field: Field, letters: str, data: st.DataObject) -> None:
    text = data.draw(st.text(st.sampled_from(letters), max_size=18)).strip()
    if not server_message(field, text):
        assert not page_message(field, text)


@given(whole=st.integers(0, 10**15), digits=st.text(st.sampled_from("0123456789"), max_size=3))
def test_numbers__as_people_write_them_pass_the_pages_check(whole: int, digits: str) -> None:
    text = f"{whole},{digits}"
    assert bool(page_message(PRICE, text)) == bool(server_message(PRICE, text))


@pytest.mark.parametrize(
    ("field", "english", "swedish"),
    [
        (labelled("text", "Name"), "Enter name.", "Ange name."),
        (labelled("text", "URL of yours"), "Enter URL of yours.", "Ange URL of yours."),
        (labelled("date", "Born when?"), "Answer this question: Born when?", "Svara på frågan: Born"),
        (labelled("choice", "Day"), "Choose an option: day.", "Välj ett alternativ: day."),
        (labelled("choices", "Days?"), "Answer this question: Days?", "Svara på frågan: Days?"),
        (a_field("consent", required=True), "Tick this box.", "Kryssa i rutan."),
        (a_field("text", required=True, missing=Text({"en": "Who are you?", "sv": "Vem är du?"})), "Who are", "Vem är"),
    ],
)
def test_required__names_what_is_missing_as_the_server_does(field: Field, english: str, swedish: str) -> None:
    """An empty answer is named by its label, or in the form file's own words."""
    for language, message in (("en", english), ("sv", swedish)):
        first = checks_of(field, language)[0]
        assert first.rule is Rule.REQUIRED
        assert first.sentence.startswith(message)
        assert first.sentence == server_message(field, "", language)


@pytest.mark.parametrize(
    ("field", "raw", "filled_in"),
    [
        (a_field("text", min_length=5), "abc", {"length": 3}),
        (a_field("textarea", max_length=5), "abcdefg", {"length": 7}),
        (a_field("number", minimum=6), "5", {}),
        (a_field("number", maximum=0.5, decimals=1), "0,6", {}),
        (a_field("date", minimum="2015-04-30"), "2015-04-29", {}),
        (a_field("date", maximum="today"), "2999-01-01", {"limit": TODAY.isoformat()}),
        (a_field("date", maximum="today-6y", autocomplete="section-child bday"), "2026-01-01", {}),
        (a_field("date", minimum="today-20y", autocomplete="bday"), "1950-01-01", {}),
        (a_field("choices", min_choices=2), ["a"], {}),
        (a_field("choices", max_choices=1), ["a", "b"], {}),
    ],
)
def test_limits__have_the_servers_messages(field: Field, raw: object, filled_in: dict[str, object]) -> None:
    checks = [check for check in checks_of(field, "en") if check.rule in (Rule.SHORT, Rule.LONG, Rule.LEAST, Rule.MOST)]
    messages = [check.sentence for check in checks]
    for name, value in filled_in.items():
        messages = [each.replace(f"{{{name}}}", str(value)) for each in messages]
    assert server_message(field, raw) in messages


def test_optional_text_without_limits__has_no_checks() -> None:
    assert checks_of(a_field("text"), "en") == ()
