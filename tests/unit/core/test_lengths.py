"""Lengths, counted by Unicode's own rule."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.core.builders import TODAY, a_field, a_form

from registration_core.domain.errors import InvalidAnswersError
from registration_core.domain.graphemes import count_graphemes
from registration_core.domain.validation import validate

CLUSTER = regex.compile(r"\X")

# Scripts without the marks that Unicode changed after Python's tables: Indic conjuncts, prepended signs.
LETTERS = (
    st.characters(min_codepoint=0x20, max_codepoint=0x5FF, exclude_categories=("Cn", "Cs", "Cf"))
    | st.characters(min_codepoint=0x620, max_codepoint=0x6D3, exclude_categories=("Cn", "Cf"))
    | st.characters(min_codepoint=0xE01, max_codepoint=0xE4E, exclude_categories=("Cn",))
    | st.characters(min_codepoint=0x1100, max_codepoint=0x11FF)
    | st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
    | st.characters(min_codepoint=0x3041, max_codepoint=0x30FF, exclude_categories=("Cn",))
    | st.characters(min_codepoint=0x4E00, max_codepoint=0x4E20)
)
PICTURES = st.sampled_from(
    [*"👩👨👧🚀❤🔥👋✈♂⚕☀", *"🇸🇪🇳🇴", "\u200d", "\ufe0f", "\U0001f3fd", "\u20e3", "\U000e0067", "1", "#"]
)
BREAKS = st.sampled_from(["\r\n", "\n", "\t", "\u2028"])


@settings(max_examples=400)
@given(st.lists(LETTERS | PICTURES | BREAKS, max_size=12).map("".join))
def test_count_graphemes__follows_unicodes_rule(text: str) -> None:
    assert count_graphemes(text) == len(CLUSTER.findall(text))


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("", 0),
        ("Åsa", 3),
        ("A\u030asa", 3),
        ("q\u0307\u0323\u0301", 1),
        ("👩\u200d🚀", 1),
        ("👨\u200d👩\u200d👧\u200d👦", 1),
        ("👋🏽👋", 2),
        ("🇸🇪🇳🇴", 2),
        ("❤\ufe0f\u200d🔥", 1),
        ("1\ufe0f\u20e3", 1),
        ("\u1112\u1161\u11ab", 1),
        ("שָׁנָה", 3),
        ("a\r\nb", 3),
    ],
)
def test_count_graphemes__counts_what_a_person_sees(text: str, letters: int) -> None:
    assert count_graphemes(text) == letters


def test_count_graphemes__differs_only_for_some_burmese_marks() -> None:
    after_a = [chr(point) for point in range(0x300, 0x20000) if unicodedata.category(chr(point)) not in ("Cn", "Cs")]
    differing = [letter for letter in after_a if count_graphemes(f"a{letter}") != len(CLUSTER.findall(f"a{letter}"))]
    assert {unicodedata.category(letter) for letter in differing} <= {"Mc"}
    assert len(differing) < 40


def test_length__of_a_family_emoji_is_one() -> None:
    form = a_form(a_field("text", max_length=3))
    names = "👨\u200d👩\u200d👧\u200d👦" * 3
    assert validate(form, {"it": names}, "en", today=TODAY) == {"it": names}
    with pytest.raises(InvalidAnswersError) as refused:
        validate(form, {"it": names + "🇸🇪"}, "en", today=TODAY)
    assert refused.value.errors[0].message == "Enter at most 3 characters. You entered 4."
