"""Search text: names and numbers without the small differences in how people write them."""

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
"""Letters that Unicode doesn't decompose, though people do. Apostrophes are often left out: O'Brien, OBrien."""


def fold(text: str) -> str:
    """Return the text without case, accents and extra spaces: `Åsa LINDQVIST` becomes `asa lindqvist`."""
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return " ".join(plain.casefold().split())


def has_words(text: str, words: str) -> bool:
    """Whether the text contains each of these words. The caller folds both."""
    return all(word in text for word in words.split())


_PHONE = re.compile(r"\+?[0-9 ()./\u00a0\u2010-\u2015-]+")
_FEWEST_DIGITS = 5
_TRUNK_ZERO = "(0)"


def phone_digits(text: str) -> str | None:
    """Return a telephone number's digits; two spellings of one number end in the same digits.

    `+46 (0)70-140 50 21` gives 46701405021, and `070-140 50 21` gives 701405021, without the
    prefixes that depend on where you call from. None unless the text is a number with at least five
    digits.
    """
    text = text.partition(EXTENSION)[0]
    if _PHONE.fullmatch(text.strip()) is None:
        return None
    digits = "".join(letter for letter in text.replace(_TRUNK_ZERO, "") if letter.isdigit()).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS else None


def same_number(one: str, other: str) -> bool:
    """Whether two results of `phone_digits` may be the same number."""
    return one.endswith(other) or other.endswith(one)
