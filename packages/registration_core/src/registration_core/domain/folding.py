"""Texts as a search compares them: without case, accents and the other small differences in how a name is spelt."""

from __future__ import annotations

import re
import unicodedata

from registration_core.domain.phones import EXTENSION

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
        "'": None,
        "`": None,
        "\u00b4": None,
        "\u02bc": None,
        "\u2018": None,
        "\u2019": None,
        "\u2010": "-",
    }
)
"""What Unicode does not take apart, though people do. An apostrophe is often left out: O'Brien, OBrien."""


def fold(text: str) -> str:
    """Return what two spellings have in common: `Åsa  LINDQVIST` and `asa lindqvist` fold to the same."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def holds_words(text: str, wanted: str) -> bool:
    """Whether each of the wanted words stands somewhere in a text, both folded by the caller."""
    return all(word in text for word in wanted.split())


_PHONE = re.compile(r"\+?[0-9 ()./\u00a0\u2010-\u2015-]+")
_FEWEST_DIGITS = 5
_TRUNK_ZERO = "(0)"


def phone_digits(text: str) -> str | None:
    """Return the digits that two spellings of one telephone number share the end of.

    `+46 (0)70-140 50 21` gives 46701405021, and `070-140 50 21` gives 701405021: the prefixes that
    depend on where one dials from are left out. None for a text that is no number of at least five
    digits.
    """
    text = text.partition(EXTENSION)[0]
    if _PHONE.fullmatch(text.strip()) is None:
        return None
    digits = "".join(letter for letter in text.replace(_TRUNK_ZERO, "") if letter.isdigit()).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS else None


def same_number(one: str, other: str) -> bool:
    """Whether the digits of two telephone numbers, as `phone_digits` gives them, may be the same."""
    return one.endswith(other) or other.endswith(one)
