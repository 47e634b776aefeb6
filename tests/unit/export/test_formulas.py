"""What a visitor typed is never run as a formula, and an import gets back what was typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_cli.export.formulas import as_typed, neutralised


@pytest.mark.parametrize(
    "text", ["=1+1", "+46701234567", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "\uff1d1", "'=1", "''@x"]
)
def test_neutralised__risky_text_gets_an_apostrophe(text: str) -> None:
    """OWASP's list, and what would look like our own apostrophe afterwards."""
    assert neutralised(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ada", "'tis", "a=b", "1-2", "''"])
def test_neutralised__other_text_stays(text: str) -> None:
    """No more is touched than must be."""
    assert neutralised(text) == text


@given(st.text("'=+-@\t\r\na1 ", max_size=6) | st.text(max_size=6))
def test_as_typed__undoes_it(text: str) -> None:
    """Any text comes back."""
    assert as_typed(neutralised(text)) == text
    assert neutralised(text)[:1] not in set("=+-@\t\r\n") or not text
