"""Visitors' text never runs as a formula, and an import restores what was typed."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registration_core.adapters.sheets.formulas import CALM, as_typed, neutralised


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+46701234567",
        "-1",
        "@SUM(A1)",
        "\tx",
        "\rx",
        "\nx",
        "\uff1d1",
        "'=1",
        "''@x",
        "0701405021",
        "1-2",
        "3/4",
        "1.10",
        "1E5",
        "041 234 567",
        *("1.5E5", "1,5e-3", ".5", "50%", "12,5 %", "1 1/2"),
        *("10:30", "9:5", "10:30:15", "9:30 pm", "9 AM", "5 A", "2015-04-30 10:30"),
        *("jan-5", "5-jan", "5 maj 2026", "Jan 2026", "January 5, 2026", "2026-03", "2026/03/01", "2026-3-1"),
        *("TRUE", "false", "Sant", "FALSKT"),
    ],
)
def test_neutralised__risky_text_gets_an_apostrophe(text: str) -> None:
    """This covers OWASP's list, and text that would later look like our own apostrophe."""
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ada",
        "'tis",
        "a=b",
        "12",
        "7 b",
        "2015-04-30",
        "070-140 50 21",
        "a, -b",
        "x;\n- nuts\n- milk",
        "''",
        "Robin 12",
        "Maja",
        "May",
        "Jansson",
        "Storgatan 5",
        "Trueman",
        "Anna 2",
        "5 b",
        "12 bananas",
        "100 % nöjd",
        "1:a",
    ],
)
def test_neutralised__other_text_stays(text: str) -> None:
    """Only text that needs it changes."""
    assert neutralised(text) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a,@SUM(A1)", "a,'@SUM(A1)"),
        ("a\n-cmd|x", "a\n'-cmd|x"),
        ('a; "=1', "a; \"'=1"),
        ("a;'=1", "a;''=1"),
    ],
)
def test_neutralised__a_sign_after_a_separator_gets_one_too(text: str, written: str) -> None:
    """A program that splits the line elsewhere finds no formula there."""
    assert neutralised(text) == written


@given(
    st.text("'=+-@\t\r\na1 ;,(|\"0./E:%jnTRUe", max_size=8)
    | st.text("'=+-@\t\r\na1 ", max_size=6)
    | st.text(max_size=6)
)
@example("'TRUE")
@example("jan-5")
def test_as_typed__reverses_it(text: str) -> None:
    """Any text comes back."""
    assert as_typed(neutralised(text)) == text
    assert neutralised(text)[:1] not in set("=+-@\t\r\n") or not text


@given(st.text("TRUEfalseSANTwhrkc", max_size=6) | st.text("jan maydec0123-./:%E", max_size=9) | st.text(max_size=6))
@example("FALSKT")
@example("falsch")
def test_calm__is_only_text_that_stays_unchanged(text: str) -> None:
    """The quick check lets nothing through that the full check would change."""
    assert re.fullmatch(CALM, text) is None or neutralised(text) == text
