"""Texts on one line: what of a text may stand in a header."""

from __future__ import annotations

import unicodedata

OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What makes the text after it read in another order than it is kept."""


def on_one_line(text: str) -> str:
    """Return a text without line ends and control characters.

    What joins letters stays, for Persian words and families of emoji need it, and so does what directs them; what
    overrides their direction does not.
    """
    return "".join(letter if _stays(letter) else " " for letter in text)


def _stays(letter: str) -> bool:
    return letter.isprintable() or (unicodedata.category(letter) == "Cf" and letter not in OVERRIDES)
