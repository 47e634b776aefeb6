"""Telephone numbers: read as people write them, stored in E.164, shown as people expect them.

docs/decisions/0050-telephone-numbers.md explains the rules and their source.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from registration_core.domain.phone_codes import CODES, REGIONS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    _Format = tuple[Callable[[str], re.Match[str] | None], str]

EXTENSION = ";ext="
"""Precedes an extension in a stored number, as in RFC 3966."""

_SEPARATORS = str.maketrans(dict.fromkeys(" -./()\u00a0\u2009\u2010\u2011\u2012\u2013\u202f\u2212\t"))
_EXTENSION = r"(?i:;ext=|[\s,;]*(?:extension|extn|ext|anknytning|anknytn|ankn|ank|x|#)[\s.:]*)(\d{1,7})#?$"
_ARGENTINA = "54"
_OF_15 = r"(?=\d{12}$)(\d{2,4}?)15(\d+)"
"""How people dial a mobile telephone there: 15 after the area code. From abroad, a 9 comes before the area code."""
UNKNOWN_REGION = range(5, 16)
"""How many digits a number from an unknown country may have."""
_LONGEST_CODE = 3
_MOST_DIGITS = 15


class PhoneError(ValueError):
    """This isn't a telephone number, or not a possible one in its country."""


def normalise_phone(text: str, region: str | None = None) -> str:
    """Return a number in its stored form: `+46701234567`, with `;ext=12` after it for an extension.

    region: the country of a number without a country code, such as SE. Without a region, such a
    number is stored as its digits. Raises PhoneError.
    """
    text, extension = _without_extension(text.strip().removeprefix("tel:"))
    code = REGIONS.get(region or "", "")
    abroad = _abroad(text, code)
    digits = _digits(text if abroad is None else abroad.replace("(0)", "", 1))
    if abroad is not None:
        stored = _with_code(digits)
    elif code:
        stored = _within(digits, code)
    elif len(digits) in UNKNOWN_REGION:
        stored = digits
    else:
        raise PhoneError
    return f"{stored}{EXTENSION}{extension}" if extension else stored


def shown_phone(stored: str, region: str | None = None) -> str:
    """Return a number as people write it: national within the region, otherwise with its country code.

    What isn't a number is returned as it is, because it may be older than the rules.
    """
    try:
        number = stored if stored.startswith("+") else normalise_phone(stored, region)
        if not number.startswith("+"):
            return stored
        digits, _, extension = number.removeprefix("+").partition(EXTENSION)
        code, national = _split(digits)
    except PhoneError:
        return stored
    if not _is_possible(national, code):
        return stored
    shown = _formatted(code, national, at_home=code == REGIONS.get(region or ""))
    return f"{shown} ext. {extension}" if extension else shown


def fewest_digits(region: str) -> int:
    """Return the fewest digits of a number within a region."""
    lengths, _ = _shape(REGIONS[region])
    return min(map(int, lengths))


def lost_sign(text: str, region: str | None) -> bool:
    """Whether a spreadsheet may have dropped the number's first 0 or +: it is bare digits that need one."""
    digits = text.strip()
    code = REGIONS.get(region or "", "")
    return _prefix(code) == "0" and digits.isdecimal() and not digits.startswith("0") if code else False


def _without_extension(text: str) -> tuple[str, str]:
    if not any(letter.isalpha() or letter in "#;" for letter in text):  # most numbers don't need the pattern
        return text, ""
    match = re.search(_EXTENSION, text)
    return (text[: match.start()], _digits(match[1])) if match else (text, "")


def _abroad(text: str, code: str) -> str | None:
    """Return what follows the international prefix; None if there isn't one."""
    signs = ("+", "\uff0b", "00", "011") if code == "1" else ("+", "\uff0b", "00")
    return next((text.removeprefix(sign) for sign in signs if text.startswith(sign)), None)


def _digits(text: str) -> str:
    """Return the digits, with those of other scripts as 0 to 9. Raises PhoneError if there are other characters."""
    digits = text.translate(_SEPARATORS)
    if not digits.isdecimal():
        raise PhoneError
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)


def _with_code(digits: str) -> str:
    code, national = _split(digits)
    if not _is_possible(national, code) or len(digits) > _MOST_DIGITS:
        raise PhoneError
    return f"+{digits}"


def _within(digits: str, code: str) -> str:
    """Return the stored form of a national number, even if its first 0 or + is missing."""
    prefix = _prefix(code)
    candidates = [digits.removeprefix(prefix)] if prefix and digits.startswith(prefix) else []
    if code == _ARGENTINA:
        mobiles = (re.fullmatch(_OF_15, each) for each in [*candidates, digits])
        candidates += [f"9{mobile[1]}{mobile[2]}" for mobile in mobiles if mobile]
    candidates += [digits, *([digits.removeprefix(code)] if digits.startswith(code) else [])]
    for national in candidates:
        if _is_possible(national, code):
            return f"+{code}{national}"
    raise PhoneError


def _split(digits: str) -> tuple[str, str]:
    """Return the country code and what follows it. Raises PhoneError if no country has the code."""
    for length in range(1, _LONGEST_CODE + 1):
        if digits[:length] in CODES:
            return digits[:length], digits[length:]
    raise PhoneError


def _prefix(code: str) -> str:
    """Return a country's national prefix; empty if it has none."""
    return CODES[code].split(" ")[0].strip("-")


def _is_possible(national: str, code: str) -> bool:
    lengths, first = _shape(code)
    return str(len(national)) in lengths and national[0] in first


@cache
def _shape(code: str) -> tuple[frozenset[str], str]:
    """Return how many digits may follow a country code, and which may come first."""
    _, lengths, first = CODES[code].split(" ")
    return frozenset(lengths.split(",")), first


def _formatted(code: str, national: str, *, at_home: bool) -> str:
    for groups, written in _formats(code, national[: _depth(code)], at_home=at_home):
        if match := groups(national):
            return written.format(*match.groups())
    return f"{_prefix(code)}{national}" if at_home else f"+{code} {national}"


@cache
def _depth(code: str) -> int:
    """Return how many leading digits decide a number's format."""
    return int(_lines(code)[0] or 0)


@lru_cache(maxsize=1024)
def _formats(code: str, first: str, *, at_home: bool) -> list[_Format]:
    """Return the formats to try for a number that starts with these digits, in order."""
    formats: list[_Format] = []
    for line in _lines(code)[1:]:
        leading, pattern, within, abroad = line.split("\t")
        written = re.sub(r"\\(\d)", _group, within if at_home else abroad)
        if written != "-" and re.match(leading, first):
            formats.append((re.compile(pattern).fullmatch, written if at_home else f"+{code} {written}"))
    return formats


def _lines(code: str) -> list[str]:
    from registration_core.domain.phone_formats import FORMATS  # noqa: PLC0415 - only needed to show numbers

    return FORMATS.get(code, "0").splitlines()


def _group(reference: re.Match[str]) -> str:
    return f"{{{int(reference[1]) - 1}}}"
