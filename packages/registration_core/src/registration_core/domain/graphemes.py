"""Lengths as a person counts them: what looks like one letter is one, however many code points it is made of.

The rule is Unicode's for extended grapheme clusters (UAX #29), as far as the standard library's tables carry: see
docs/decisions/0005-lengths.md.
"""

from __future__ import annotations

import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
_JOINERS = frozenset("\u200c\u200d\uff9e\uff9f\u0e33\u0eb3")
"""Beside the marks (category M): what Unicode counts to the letter before it."""


def count_graphemes(text: str) -> int:
    """Return how many letters, signs and pictures a person sees.

    A letter with its marks is one, and so are a flag, a skin-toned emoji, a family, a Hangul syllable in parts.
    """
    if text.isascii():
        return len(text) - text.count("\r\n")
    count, before, flags, joined = 0, "", 0, False
    for letter in text:
        if letter < "\u0300":  # most text: no marks, no joiners, no emoji
            begins = not (letter == "\n" and before == "\r")
            flags, joined = 0, False
        else:
            category = unicodedata.category(letter)
            is_flag = "\U0001f1e6" <= letter <= "\U0001f1ff"
            begins = not before or _begins(
                before, letter, category, flag_is_second=is_flag and flags % 2 == 1, joined=joined
            )
            flags = flags + 1 if is_flag else 0
            joined = letter == _ZERO_WIDTH_JOINER
        count += begins
        before = letter
    return count


def _begins(before: str, letter: str, category: str, *, flag_is_second: bool, joined: bool) -> bool:
    """Whether a letter stands for itself. joined: a zero width joiner stands before it."""
    if unicodedata.category(before) in {"Cc", "Zl", "Zp"} or category in {"Cc", "Zl", "Zp"}:
        return True
    if category[0] == "M" or letter in _JOINERS:
        return False
    if "\U0001f3fb" <= letter <= "\U0001f3ff" or "\U000e0020" <= letter <= "\U000e007f":  # skin tones, tags
        return False
    if flag_is_second or (joined and category in {"So", "Sm"}):
        return False
    return not _is_same_syllable(before, letter)


def _is_same_syllable(before: str, letter: str) -> bool:
    """Whether two parts of a Hangul syllable belong together: leading, vowel, trailing consonant."""
    if "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c":
        return "\u1100" <= letter <= "\u11a7" or "\ua960" <= letter <= "\ua97c" or "\uac00" <= letter <= "\ud7a3"
    whole = "\uac00" <= before <= "\ud7a3"
    if "\u1160" <= before <= "\u11a7" or "\ud7b0" <= before <= "\ud7c6" or (whole and (ord(before) - 0xAC00) % 28 == 0):
        return "\u1160" <= letter <= "\u11ff" or "\ud7b0" <= letter <= "\ud7fb"
    if whole or "\u11a8" <= before <= "\u11ff" or "\ud7cb" <= before <= "\ud7fb":
        return "\u11a8" <= letter <= "\u11ff" or "\ud7cb" <= letter <= "\ud7fb"
    return False
