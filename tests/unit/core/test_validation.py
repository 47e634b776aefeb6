"""Answers: what each type accepts, the code of each error, and that nothing else is ever raised."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.core.builders import TODAY, a_field, a_form

if TYPE_CHECKING:
    from registration_core.domain.fields import Field

from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.messages import MESSAGES, message
from registration_core.domain.validation import example_submission, validate


def answer(field: Field, raw: object) -> Any:
    return validate(a_form(field), {field.name: raw}, "en", today=TODAY).get(field.name)


def code(field: Field, raw: object) -> str:
    with pytest.raises(InvalidAnswersError) as error:
        validate(a_form(field), {field.name: raw}, "en", today=TODAY)
    (wrong,) = error.value.errors
    assert wrong.field == field.name
    assert wrong.message
    assert not re.search(r"[{}]|None|XX", wrong.message), "a hole that nothing filled"
    return wrong.code


TEXT = a_field("text", max_length=20, min_length=2)
WORDS = a_field("textarea", max_length=40)
AGE = a_field("number", minimum=6, maximum=19)
PRICE = a_field("number", decimals=2)
DAY = a_field("date", minimum="today-10y", maximum="today")
CHOICE = a_field("choice")
CHOICES = a_field("choices", min_choices=2, max_choices=2)


@pytest.mark.parametrize(
    ("field", "raw", "value"),
    [
        (TEXT, "  Åsa Ek ", "Åsa Ek"),
        (TEXT, "A\u030asa", "Åsa"),
        (TEXT, "عائشة بنت", "عائشة بنت"),
        (TEXT, "\u200fשָׁנָה 👩‍🚀", "\u200f" + unicodedata.normalize("NFC", "שָׁנָה 👩‍🚀")),
        (TEXT, "q\u0307\u0323\u0301 O'Neil-Ek", unicodedata.normalize("NFC", "q\u0307\u0323\u0301 O'Neil-Ek")),
        (TEXT, "a\tb", "a b"),
        (TEXT, "<b>&amp;", "<b>&amp;"),
        (TEXT, "x" * 20, "x" * 20),
        (TEXT, "", None),
        (TEXT, "   ", None),
        (TEXT, None, None),
        (WORDS, "one\r\ntwo\rthree\n", "one\ntwo\nthree"),
        (WORDS, "a\tb", "a\tb"),
        (WORDS, "a\x0bb\x0cc\x85d\u2028e\u2029f\rg", "a\nb\nc\nd\ne\nf\ng"),
        (TEXT, "a\x0bb\x0cc\x85d\u2028e\u2029", "a b c d e"),
        (TEXT, "Anna\x1eMa\x1fria", "Anna-Maria"),
        (a_field("phone", region="SE"), "070\u2028140 50 21", "+46701405021"),
        (DAY, "\x0b2027-03-01\u2028", "2027-03-01"),
        (a_field("email"), " Robin@EXAMPLE.org ", "Robin@example.org"),
        (a_field("phone"), "+46 (0)70-123 45 67", "+46701234567"),
        (a_field("phone"), "0046 70 123 45 67", "+46701234567"),
        (a_field("phone"), "070\u2011123\u00a045 67", "0701234567"),
        (a_field("phone"), "٠٧٠١٢٣٤٥٦٧", "0701234567"),
        (DAY, "2027-03-01", "2027-03-01"),
        (DAY, "2017-03-01", "2017-03-01"),
        (AGE, "12", 12),
        (AGE, 12, 12),
        (AGE, 12.0, 12),
        (AGE, "012", 12),
        (PRICE, "12,50", 12.5),
        (PRICE, "-0.25", -0.25),
        (PRICE, "\u221212.00", -12),
        (CHOICE, "b", "b"),
        (CHOICE, "", None),
        (CHOICES, ["c", "a"], ["a", "c"]),
        (a_field("choices"), "b", ["b"]),
        (a_field("choices"), [], None),
        (a_field("consent"), True, True),
        (a_field("consent"), "on", True),
        (a_field("consent"), False, None),
        (a_field("consent"), "no", None),
    ],
)
def test_validate__keeps(field: Field, raw: object, value: object) -> None:
    actual = answer(field, raw)
    assert actual == value
    assert type(actual) is type(value)


@pytest.mark.parametrize(
    ("raw", "value"),
    [("newsletter", "newsletter"), ("x" * 21, None), (["a", "b"], None), ({"a": 1}, None), ("a\0b", None), ("", None)],
)
def test_hidden_answer__counts_or_is_dropped(raw: object, value: object) -> None:
    """The visitor can't correct what they can't see, so nothing there stops them."""
    assert answer(a_field("hidden", max_length=20), raw) == value


@pytest.mark.parametrize(
    "unseen",
    [
        "\u200b", "\u2060\u200d", "\u00ad", "\ufeff", "\U000e0041\U000e007f", "\ufdd0", "\U0001ffff", "\ufe0f",
        "\u3164", "\u115f\u1160", "\u2800", "\u00a0\u200b ", "\u200e\u200f", "\u0301",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["text", "textarea"])
def test_validate__treats_an_invisible_answer_as_missing(kind: str, unseen: str) -> None:
    assert answer(a_field(kind), unseen) is None
    assert code(a_field(kind, required=True), unseen) == "required"


@pytest.mark.parametrize(
    "text", ["می\u200cشود", "क्\u200dष", "👩\u200d🚀", "❤\ufe0f\u200d🔥", "🏴\U000e0067\U000e007f", "—?"]
)
@pytest.mark.parametrize("kind", ["text", "textarea"])
def test_validate__keeps_characters_that_join_letters_and_emoji(kind: str, text: str) -> None:
    assert answer(a_field(kind, required=True), text) == text


@pytest.mark.parametrize(
    ("field", "raw", "expected"),
    [
        (TEXT, "x", "too_short"),
        (TEXT, "x" * 21, "too_long"),
        (TEXT, "a\nb", "line_break"),
        (TEXT, "a\rb", "line_break"),
        (TEXT, "a\x00b", "control_character"),
        (TEXT, "a\x7fb", "control_character"),
        (TEXT, "a\ud800", "control_character"),
        (TEXT, "\u202enibor", "control_character"),
        (TEXT, "a\u2066b\u2069", "control_character"),
        (WORDS, "a\n\u202db", "control_character"),
        (TEXT, 3, "wrong_type"),
        (TEXT, ["a"], "wrong_type"),
        (TEXT, {"a": 1}, "wrong_type"),
        (TEXT, True, "wrong_type"),
        (WORDS, "a\x00b", "control_character"),
        (WORDS, "x" * 41, "too_long"),
        (a_field("email"), "robin", "not_an_email"),
        (a_field("email"), "åsa@example.org", "email_not_ascii"),
        (a_field("email"), "a@example.org\r\nBcc: b@example.org", "line_break"),
        (a_field("phone"), "1234", "not_a_phone"),
        (a_field("phone"), "call me", "not_a_phone"),
        (a_field("phone"), "+46 70 123 45 67 89 01 23 4", "not_a_phone"),
        (a_field("phone"), "070+1234567", "not_a_phone"),
        (a_field("phone"), "²345678", "not_a_phone"),
        (DAY, "2027-03-02", "too_late"),
        (DAY, "2017-02-28", "too_early"),
        (DAY, "2027-02-29", "not_a_date"),
        (DAY, "20270301", "not_a_date"),
        (DAY, "2027-W09-1", "not_a_date"),
        (DAY, "1/3/2027", "not_a_date"),
        (AGE, 5, "too_small"),
        (AGE, "20", "too_large"),
        (AGE, "12.5", "not_whole"),
        (AGE, "1e1", "not_a_number"),
        (AGE, "twelve", "not_a_number"),
        (AGE, "-", "not_a_number"),
        (AGE, True, "wrong_type"),
        (AGE, float("nan"), "not_a_number"),
        (AGE, float("inf"), "not_a_number"),
        (AGE, 10**30, "not_a_number"),
        (AGE, "9" * 5000, "not_a_number"),
        (PRICE, "1.234", "too_many_decimals"),
        (CHOICE, "d", "unknown_option"),
        (CHOICE, "A", "unknown_option"),
        (CHOICE, ["a"], "wrong_type"),
        (CHOICES, ["a"], "too_few"),
        (CHOICES, ["a", "b", "c"], "too_many"),
        (CHOICES, ["a", "a"], "repeated_option"),
        (CHOICES, ["a", ["b"]], "wrong_type"),
        (a_field("consent"), "maybe", "wrong_type"),
        (a_field("consent"), 1, "wrong_type"),
        *(
            (a_field(kind, required=True), None, "required")
            for kind in ("text", "email", "choice", "choices", "consent")
        ),
        (a_field("consent", required=True), False, "required"),
    ],
)
def test_validate__refuses_with_a_code(field: Field, raw: object, expected: str) -> None:
    assert code(field, raw) == expected


def test_validate__refuses_a_number_too_long_to_write_out() -> None:
    assert code(AGE, 10**5000) == "not_a_number"


def test_validate__names_every_wrong_field_in_form_order() -> None:
    form = a_form(a_field("text", "name", required=True), a_field("email", "email", required=True), AGE)
    with pytest.raises(InvalidAnswersError) as error:
        validate(form, {"it": "x", "email": "nope", "other": 1, "__proto__\n": 2}, "en", today=TODAY)
    assert [(wrong.field, wrong.code) for wrong in error.value.errors] == [
        ("name", "required"),
        ("email", "not_an_email"),
        ("it", "not_a_number"),
        ("other", "unknown_field"),
        ("__proto__?", "unknown_field"),
    ]


def test_validate__uses_the_visitors_language() -> None:
    with pytest.raises(InvalidAnswersError) as error:
        validate(a_form(CHOICE), {"it": "d"}, "sv", today=TODAY)
    assert error.value.errors[0].message == "Välj ett av: A (sv), B (sv), C (sv)."


def test_validate__names_at_most_twenty_unknown_fields() -> None:
    with pytest.raises(InvalidAnswersError) as error:
        validate(a_form(TEXT), {f"f{number}": 1 for number in range(500)}, "en", today=TODAY)
    assert len(error.value.errors) == 20


def test_messages__say_the_same_in_every_language() -> None:
    for texts in MESSAGES.values():
        assert texts.keys() == MESSAGES["en"].keys()
    assert message("too_long", "xx", limit=3, length=4) == message("too_long", "en", limit=3, length=4)


EVERY_TYPE = a_form(
    a_field("text", "name", required=True, max_length=50),
    a_field("textarea", "note", max_length=200),
    a_field("email", "email", required=True),
    a_field("phone", "phone"),
    a_field("date", "day", minimum="today-18y", maximum="today+30d"),
    a_field("number", "age", minimum=1, maximum=99),
    a_field("number", "price", decimals=3),
    a_field("choice", "one"),
    a_field("choices", "some", max_choices=2),
    a_field("consent", "consent", required=True),
)
names = st.sampled_from([field.name for field in EVERY_TYPE.fields])
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(alphabet=st.characters(), max_size=80),
    st.sampled_from(["a", "on", "2020-02-30", "+46 70", "x@y.se", "1.5", "\ud800", "0" * 60]),
)  # fmt: skip
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3)
)


@given(st.dictionaries(names | st.text(max_size=60), anything, max_size=8), st.sampled_from(["en", "sv", "", "xx"]))
def test_validate__raises_only_invalid_answers(raw: dict[str, object], language: str) -> None:
    try:
        answers = validate(EVERY_TYPE, raw, language, today=TODAY)
    except InvalidAnswersError as error:
        for wrong in error.errors:
            assert wrong.message.encode()
            assert wrong.field.isprintable()
    else:
        assert json.dumps(answers).encode()


@given(st.text(alphabet=st.characters(exclude_categories=("Cs",)), max_size=40))
def test_validate__changes_only_nfc_and_outer_spaces(text: str) -> None:
    field = a_field("textarea", max_length=1000)
    try:
        value = answer(field, text)
    except InvalidAnswersError:
        assert any(
            unicodedata.category(letter) == "Cc" or letter in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
            for letter in text
        )
        return
    expected = re.sub("[\r\v\f\x85\u2028\u2029]", "\n", unicodedata.normalize("NFC", text).replace("\r\n", "\n"))
    expected = expected.replace("\x1e", "-").replace("\x1f", "").strip()
    if value is None:  # nothing visible in it
        assert all(
            unicodedata.category(letter)[0] in "ZCM" or letter in "\u115f\u1160\u2800\u3164\uffa0" for letter in text
        )
    else:
        assert value == expected


@given(st.text(max_size=40))
def test_validate__allows_no_line_break_in_one_line_fields(text: str) -> None:
    for kind in ("text", "email", "phone"):
        try:
            value = answer(a_field(kind), text)
        except InvalidAnswersError:
            continue
        assert len((value or "").splitlines()) <= 1


optional = st.none() | st.integers(1, 30)


@given(st.data())
def test_example_submission__is_accepted_by_its_form(data: st.DataObject) -> None:
    low, high = data.draw(optional), data.draw(optional)
    if low and high and low > high:
        low, high = high, low
    form = a_form(
        a_field("email", "email", required=True),
        a_field("text", "name", required=True, min_length=low, max_length=high or 40),
        a_field("number", "n", required=True, minimum=low, maximum=high),
        a_field("choices", "some", required=True, min_choices=data.draw(st.none() | st.integers(1, 3))),
        a_field("choice", "one", required=True),
        a_field("date", "day", required=True, minimum=data.draw(st.sampled_from([None, "today-3d", "2030-01-01"]))),
        a_field("date", "birth", maximum="today-6y", example="2020-01-01"),
        a_field("phone", "phone", required=True),
        a_field("consent", "consent", required=True),
    )
    assert validate(form, example_submission(form, today=TODAY), "en", today=TODAY)


@pytest.mark.parametrize(
    ("minimum", "limit"), [("today-10y", "2017-03-01"), ("2017-02-28", "28 February 2017"), ("today", "2027-03-01")]
)
def test_date__too_early__says_the_limit_as_the_page_does(minimum: str, limit: str) -> None:
    """A relative limit in digits, a fixed one in words."""
    with pytest.raises(InvalidAnswersError) as error:
        validate(a_form(a_field("date", minimum=minimum)), {"it": "2001-01-01"}, "en", today=TODAY)
    assert limit in error.value.errors[0].message


@pytest.mark.parametrize("language", ["en", "sv"])
def test_unknown_field__is_named_in_the_asked_language(language: str) -> None:
    with pytest.raises(InvalidAnswersError) as error:
        validate(a_form(a_field("text")), {"else": "x"}, language, today=TODAY)
    assert error.value.errors[0].message == message("unknown_field", language)
