"""Texts as a search compares them: without case, accents and the other small differences in how a name is spelt."""

from __future__ import annotations

import unicodedata

_LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "\u0131": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
        "\u2019": "'",
        "\u2010": "-",
    }
)
"""Letters, an apostrophe and a hyphen that Unicode does not take apart, though people do."""


def fold(text: str) -> str:
    """Return what two spellings have in common: `Åsa  LINDQVIST` and `asa lindqvist` fold to the same."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def holds_words(text: str, wanted: str) -> bool:
    """Whether each of the wanted words stands somewhere in a text, both folded by the caller."""
    return all(word in text for word in wanted.split())
