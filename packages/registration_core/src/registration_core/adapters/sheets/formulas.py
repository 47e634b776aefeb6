"""Stops spreadsheets from running a visitor's text as a formula, or from changing it.

OWASP's rule for CSV injection: a text that begins with one of these characters gets an apostrophe
in front. So does a text that a spreadsheet would read as a number, a date, a time or a boolean, and
change: 0701405021, 1-2, 10:30, TRUE. Inside a text, such a character after a separator gets one
too, because a program may split there: `a;=1+1` if semicolons separate. A text that already has
such an apostrophe gets another one, so that an import knows to remove one.
"""

from __future__ import annotations

import re

_ALWAYS = "=@\uff1d\uff20"
_WITH_A_CALL = "+\\-\uff0b\uff0d"
"""Inside a text these are often bullets and telephone numbers, so there they count only before `(`, `|`, `!` or `=`."""
_BREAKS = "\t\r\n"
_SEPARATORS = f";,{_BREAKS}"
_DIGITS = r"\d+(?:[.,]\d+)*"
_MONTH = r"(?i:jan|feb|mar|mrz|apr|ma[jyi]|jun|jul|aug|sep|o[kc]t|nov|de[czs])"
"""How months begin in English, the Nordic languages and German."""
_WORDS = rf"(?:{_MONTH}[a-z]{{0,6}}\.?[-/. ]?\d{{1,4}}(?:[-/, ]+\d{{2,4}})?|(?i:true|false|sant|falskt|wahr|falsch))\Z"
"""Texts that begin with a letter and are a date or a boolean to a spreadsheet: jan-5, May 2026, TRUE."""
_NUMBER = (
    rf"(?:0\d+|\d{{16,}}|\d+(?:[.,]\d+)+|[.,]\d+|[.,]?{_DIGITS}[eE][+-]?\d+|[.,]?{_DIGITS} ?%|0\d*(?: \d{{3}})+"
    r"|\d{1,2}[-/.]\d{1,2}(?:[-/.]\d{2,4})?|\d{1,2}[-/]\d{4}|\d+ \d{1,2}/\d{1,2}"
    r"|\d{4}[-/.]\d{1,2}|\d{4}[/.]\d{1,2}[/.]\d{1,2}|\d{4}-(?:\d-\d{1,2}|\d{2}-\d)"
    r"|(?:\d{4}-\d{2}-\d{2}[T ])?\d{1,4}:\d{1,2}(?::\d{1,2}(?:[.,]\d+)?)?(?: ?[aApP][mM]?)?|\d{1,2} [aApP][mM]?"
    rf"|\d{{1,4}}[-/. ]*{_MONTH}[a-z]{{0,6}}\.?(?:[-/, ]*\d{{2,4}})?)\Z"
)
_RISKY = re.compile(rf"'*(?:[{_ALWAYS}{_WITH_A_CALL}{_BREAKS}]|{_NUMBER}|{_WORDS})", re.ASCII)
_INSIDE = rf"([{_SEPARATORS}][ \u00a0\"{_BREAKS}]*)({{}})"
_SIGN = rf"'*(?:[{_ALWAYS}]|[{_WITH_A_CALL}](?=[^{_SEPARATORS}]*[(|!=]))"
_RISKY_INSIDE = re.compile(_INSIDE.format(_SIGN))
_KEPT_INSIDE = re.compile(_INSIDE.format("'" + _SIGN))

_LIKE_A_BOOLEAN = r"[tTfFsSwW][rRaA][uUlLnNhH](?:[eEtTrR]|[sS](?:[eE]|[kK][tT]|[cC][hH]))\Z"
CALM = rf"(?!{_LIKE_A_BOOLEAN})[^'.{_ALWAYS}{_WITH_A_CALL}0-9\"{_SEPARATORS}][^\"{_SEPARATORS}]*(?<![0-9])"
"""Texts that need no change: most of them. Texts that end in a digit, such as jan-5, need a closer look."""


def neutralised(text: str) -> str:
    """Return a text that no spreadsheet reads as a formula, or changes into a number."""
    text = _RISKY_INSIDE.sub(r"\1'\2", text)
    return f"'{text}" if _RISKY.match(text) else text


def as_typed(text: str) -> str:
    """Undo `neutralised`."""
    text = text[1:] if text[:1] == "'" and _RISKY.match(text) else text
    return _KEPT_INSIDE.sub(lambda match: match[1] + match[2][1:], text)
