"""Single lines: the part of a text that may be in a mail header."""

from __future__ import annotations

import unicodedata

OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the direction of the text after them."""


def on_one_line(text: str) -> str:
    """Return a text without line breaks and control characters.

    Joiners stay, because Persian words and family emoji need them, and so do direction marks.
    Direction overrides don't.
    """
    return "".join(letter if _stays(letter) else " " for letter in text)


def _stays(letter: str) -> bool:
    return letter.isprintable() or (unicodedata.category(letter) == "Cf" and letter not in OVERRIDES)
