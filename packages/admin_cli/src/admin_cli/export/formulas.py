"""Keeps what a visitor typed from being run as a formula, or changed, by the program that opens a file of cells.

OWASP's rule for CSV injection: a text that begins with one of these signs gets an apostrophe in front. So does one that
a spreadsheet would take for a number or a date, and change: 0701405021, 1-2, 1E5. Inside a text, a sign after a
separator gets one too, for a program may split there: `a;=1+1` where semicolons separate. A text that has such an
apostrophe already gets another one, so that an import can tell, and takes one away.
"""

from __future__ import annotations

import re

_ALWAYS = "=@\uff1d\uff20"
_WITH_A_CALL = "+\\-\uff0b\uff0d"
"""Inside a text these are often bullets and telephone numbers, so there they count only before `(`, `|`, `!` or `=`."""
_BREAKS = "\t\r\n"
_SEPARATORS = f";,{_BREAKS}"
_NUMBER = (
    r"(?:0\d+|\d{16,}|\d+(?:[.,]\d+)+|\d+[eE][+-]?\d+|\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2,4})?|\d{1,2}[-/]\d{4}"
    r"|0\d*(?: \d{3})+)\Z"
)
_RISKY = re.compile(rf"'*(?:[{_ALWAYS}{_WITH_A_CALL}{_BREAKS}]|{_NUMBER})", re.ASCII)
_INSIDE = rf"([{_SEPARATORS}][ \u00a0\"{_BREAKS}]*)({{}})"
_SIGN = rf"'*(?:[{_ALWAYS}]|[{_WITH_A_CALL}](?=[^{_SEPARATORS}]*[(|!=]))"
_RISKY_INSIDE = re.compile(_INSIDE.format(_SIGN))
_KEPT_INSIDE = re.compile(_INSIDE.format("'" + _SIGN))

CALM = rf"[^'{_ALWAYS}{_WITH_A_CALL}0-9\"{_SEPARATORS}][^\"{_SEPARATORS}]*"
"""What nothing has to be done about: most texts."""


def neutralised(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula, or for a number that it is not."""
    text = _RISKY_INSIDE.sub(r"\1'\2", text)
    return f"'{text}" if _RISKY.match(text) else text


def as_typed(text: str) -> str:
    """Undo `neutralised`."""
    text = text[1:] if text[:1] == "'" and _RISKY.match(text) else text
    return _KEPT_INSIDE.sub(lambda found: found[1] + found[2][1:], text)
