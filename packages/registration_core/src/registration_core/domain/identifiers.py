"""Identifiers: IDs that programs sort, and references that people read out."""

from __future__ import annotations

from registration_core.domain.errors import InvalidReferenceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base32: without I, L and O, which look like 1 and 0, and without U."""

REFERENCE_LENGTH = 8
_ULID_LENGTH = 26
_LOOK_ALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None, "\u2010": None, "\u2011": None,
                              "\u2013": None, "\u00a0": None})  # fmt: skip


def _field_multiply(a: int, b: int) -> int:
    """Multiply in GF(32), the field of 32 elements, modulo x^5 + x^4 + x^2 + x + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 32:
            a ^= 0b110111
        b >>= 1
    return product


def _check_letter(values: Iterable[int]) -> str:
    """Return the check letter: the sum in GF(32) of the values, each multiplied by a different power of x^4.

    The weights are distinct and neither 0 nor 1 (the check letter's own weight), so the check
    detects any one wrong letter and any two swapped letters.
    """
    weight, total = 1, 0
    for value in values:
        weight = _field_multiply(weight, 16)
        total ^= _field_multiply(weight, value)
    return CROCKFORD[total]


def _base32(number: int, length: int) -> str:
    letters = []
    for _ in range(length):
        number, low = divmod(number, 32)
        letters.append(CROCKFORD[low])
    return "".join(reversed(letters))


def new_ulid(at: datetime, randomness: Callable[[int], bytes]) -> str:
    """Return a ULID: 26 letters that sort by `at` (to the millisecond), with 80 random bits.

    at: an aware datetime. randomness: gives n random bytes, such as os.urandom. See https://github.com/ulid/spec.
    """
    return ulid_floor(at)[:10] + _base32(int.from_bytes(randomness(10), "big"), 16)


def ulid_floor(at: datetime) -> str:
    """Return the lowest ULID of the millisecond `at`; all earlier ones sort below it.

    ULIDs count from 1970, so an earlier time gets the lowest ULID of all.
    """
    return _base32(max(0, round(at.timestamp() * 1000)), 10) + "0" * 16


def ulid_milliseconds(ulid: str) -> int:
    """Return the time in a ULID, in milliseconds since 1970. Raises ValueError if it isn't a ULID."""
    if len(ulid) != _ULID_LENGTH or any(letter not in CROCKFORD for letter in ulid) or ulid[0] > "7":
        raise ValueError(f"not a ULID: {ulid[:40]!r}")
    number = 0
    for letter in ulid[:10]:
        number = number * 32 + CROCKFORD.index(letter)
    return number


def new_submission_id(prefix: str, at: datetime, randomness: Callable[[int], bytes]) -> str:
    """Return an ID such as `reg_01JD2M8V4Q7ZJ3T9X0K5W6RYBC`: the form's prefix and a ULID."""
    return f"{prefix}_{new_ulid(at, randomness)}"


def new_reference(randomness: Callable[[int], bytes]) -> str:
    """Return a new reference in its stored form: seven random letters and a check letter, `K7QM3XTP`."""
    number = int.from_bytes(randomness(5), "big") >> 5
    values = [number >> shift & 31 for shift in range(30, -1, -5)]
    return "".join(CROCKFORD[value] for value in values) + _check_letter(values)


def display_reference(reference: str) -> str:
    """Return the reference as a person reads it: `K7QM-3XTP`."""
    return f"{reference[:4]}-{reference[4:]}"


def parse_reference(text: str) -> str:
    """Return the stored form of a reference that a person wrote.

    Accepts any case, dashes and spaces anywhere, O for 0, and I or L for 1.

    Raises InvalidReferenceError if no submission can have it; this detects one wrong letter or two
    swapped ones.
    """
    reference = text.upper().translate(_LOOK_ALIKES)
    if len(reference) != REFERENCE_LENGTH:
        raise InvalidReferenceError(
            f'"{text[:40]}" is not a reference. A reference has 8 letters and digits, such as K7QM-3XTP.'
        )
    for letter in reference:
        if letter not in CROCKFORD:
            raise InvalidReferenceError(f'"{text[:40]}" is not a reference. A reference never has "{letter}" in it.')
    if _check_letter(CROCKFORD.index(letter) for letter in reference[:-1]) != reference[-1]:
        raise InvalidReferenceError(f'"{text[:40]}" has a typing error. Check it letter by letter.')
    return reference
