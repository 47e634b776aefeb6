"""Graphemes: lengths as people count them, where what looks like one character counts as one.

The rule is Unicode's for extended grapheme clusters (UAX #29), as far as the standard library's
tables allow: see docs/decisions/0005-lengths.md.
"""

from __future__ import annotations

import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
_BREAKS = frozenset({"Cc", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d\uff9e\uff9f\u0e33\u0eb3")
"""With the marks (category M): characters that belong to the one before them."""


def count_graphemes(text: str) -> int:
    """Return how many characters a person sees.

    A letter with its marks counts as one, and so does a flag, an emoji with a skin tone, a family
    emoji or a Hangul syllable written in parts.
    """
    if text.isascii():
        return len(text) - text.count("\r\n")
    count, before, flags, picture = 0, "", 0, False
    for letter in text:
        if letter < "\u0300":  # most text: no marks, no joiners, no emoji but two
            begins = not (letter == "\n" and before == "\r")
            flags, picture = 0, letter in "©®"
        else:
            category = unicodedata.category(letter)
            is_flag = "\U0001f1e6" <= letter <= "\U0001f1ff"
            is_picture = letter >= "\u2000" and category in {"So", "Sm"} and not is_flag
            joined = (picture and is_picture and before == _ZERO_WIDTH_JOINER) or (is_flag and flags % 2 == 1)
            begins = not before or not (joined or _belongs(before, letter, category))
            flags = flags + 1 if is_flag else 0
            picture = is_picture or (picture and not begins)
        count += begins
        before = letter
    return count


def _belongs(before: str, letter: str, category: str) -> bool:
    """Whether a letter belongs to the same grapheme as the one before it."""
    if unicodedata.category(before) in _BREAKS or category in _BREAKS:
        return False
    if category[0] == "M" or letter in _JOINERS:
        return True
    if "\U0001f3fb" <= letter <= "\U0001f3ff" or "\U000e0020" <= letter <= "\U000e007f":  # skin tones, tags
        return True
    return _is_same_syllable(before, letter)


def _is_same_syllable(before: str, letter: str) -> bool:
    """Whether two parts of a Hangul syllable (leading consonant, vowel, trailing consonant) belong together."""
    if "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c":
        return "\u1100" <= letter <= "\u11a7" or "\ua960" <= letter <= "\ua97c" or "\uac00" <= letter <= "\ud7a3"
    whole = "\uac00" <= before <= "\ud7a3"
    if "\u1160" <= before <= "\u11a7" or "\ud7b0" <= before <= "\ud7c6" or (whole and (ord(before) - 0xAC00) % 28 == 0):
        return "\u1160" <= letter <= "\u11ff" or "\ud7b0" <= letter <= "\ud7fb"
    if whole or "\u11a8" <= before <= "\u11ff" or "\ud7cb" <= before <= "\ud7fb":
        return "\u11a8" <= letter <= "\u11ff" or "\ud7cb" <= letter <= "\ud7fb"
    return False
