"""Keeps what a visitor typed from being run as a formula by the program that opens a file of comma-separated values.

The rule is OWASP's for CSV injection: a text that begins with one of these signs gets an apostrophe in front. A text
that has such an apostrophe already gets another one, so that an import can tell, and takes one away.
"""

from __future__ import annotations

import re

#: Signs, control characters, and the wide signs that some programs take for the narrow ones.
_RISKY = re.compile("'*[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")

#: A first character that needs a closer look: most texts have none of them.
SUSPICIOUS = frozenset("'=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def neutralised(text: str) -> str:
    """Give a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in SUSPICIOUS and _RISKY.match(text) else text


def as_typed(text: str) -> str:
    """Undo `neutralised`."""
    return text[1:] if text[:1] == "'" and _RISKY.match(text) else text
