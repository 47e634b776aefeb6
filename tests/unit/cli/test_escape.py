"""Data made harmless for a terminal."""

from __future__ import annotations

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from admin_cli.terminal.escape import plain, plain_lines, tab_separated, to_json, to_json_line

texts = st.text(st.characters(codec=None)) | st.text(
    st.sampled_from("\x00\x07\x1b[31m\x9b\n\r\t\x7f\u202e\ud800 aé山👩\\")
)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda children: st.lists(children) | st.dictionaries(texts, children),
)


def harmless(text: str) -> bool:
    return not any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} or c in "\u202a\u202e\u2066\u2069" for c in text)


@given(texts)
def test_plain__is_harmless_and_one_line(text: str) -> None:
    """Nothing that a visitor types can move the cursor, colour the screen or reverse the text."""
    assert harmless(plain(text))


@given(texts)
def test_tab_separated__is_one_cell(text: str) -> None:
    """A value can never become a second cell or line."""
    assert harmless(tab_separated(text))


@given(texts, texts)
def test_tab_separated__keeps_different_values_apart(one: str, other: str) -> None:
    """The escapes are reversible: no two values look the same."""
    assert (tab_separated(one) == tab_separated(other)) == (one == other)


@given(values)
def test_to_json__keeps_its_meaning_and_is_harmless(value: object) -> None:
    """Parsed, the JSON is unchanged; only line breaks between values are raw."""
    written = to_json(value)

    assert json.loads(written) == value
    assert all(harmless(line) for line in written.split("\n"))
    assert harmless(to_json_line({"value": value}))


def test_plain__shows_what_was_there() -> None:
    """A person sees that something odd was typed, and what."""
    assert plain("a\x1b[31mb\n\u202ec\U000e0041") == r"a\x1b[31mb\n\u202ec\U000e0041"


def test_plain__keeps_every_script() -> None:
    """Names and emoji stay as typed, joining characters too."""
    for name in ("Åsa Öberg", "山田太郎", "Δ\u200cΨ", "👨\u200d👩\u200d👧"):
        assert plain(name) == name


def test_plain_lines__keeps_the_lines_of_a_message() -> None:
    """A message of several lines stays so, whatever its line endings."""
    assert plain_lines("one\r\ntwo\rthree\n\x1b") == ["one", "two", "three", r"\x1b"]
