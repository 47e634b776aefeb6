"""What a visitor typed is never run as a formula, and an import gets back what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_cli.export.formulas import as_typed, neutralised


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
    ],
)
def test_neutralised__risky_text_gets_an_apostrophe(text: str) -> None:
    """OWASP's list, and what would look like our own apostrophe afterwards."""
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "Ada", "'tis", "a=b", "12", "7 b", "2015-04-30", "070-140 50 21", "a, -b", "x;\n- nuts\n- milk", "''"]
)
def test_neutralised__other_text_stays(text: str) -> None:
    """No more is touched than must be."""
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
    """A program that divides the line elsewhere finds no formula there."""
    assert neutralised(text) == written


@given(st.text("'=+-@\t\r\na1 ;,(|\"0./E", max_size=8) | st.text("'=+-@\t\r\na1 ", max_size=6) | st.text(max_size=6))
def test_as_typed__undoes_it(text: str) -> None:
    """Any text comes back."""
    assert as_typed(neutralised(text)) == text
    assert neutralised(text)[:1] not in set("=+-@\t\r\n") or not text
