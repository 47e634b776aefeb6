"""Values: reads one answer, from what a browser or client sent to the stored value, by the field's type."""

from __future__ import annotations

import unicodedata
from datetime import date

from registration_core.domain.date_parts import NOT_A_DATE, wrong_part
from registration_core.domain.emails import EmailError, normalise_email
from registration_core.domain.fields import Field, FieldType
from registration_core.domain.graphemes import count_graphemes
from registration_core.domain.messages import code_of
from registration_core.domain.single_line import OVERRIDES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Answer = str | int | float | bool | list[str]

_NUMBER_LETTERS = 16
"""A sign or point and 15 digits, which a float stores exactly."""
PHONE_EXAMPLE = "+46 70 123 45 67"
_YES = frozenset({"on", "true", "yes", "1"})
_NO = frozenset({"off", "false", "no", "0"})
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Characters that look blank, although their category says letter or sign."""
_HYPHENS = {"\x1e": "-", "\x1f": None}
"""Word's non-breaking hyphen and soft hyphen."""
_BREAKS = "\v\f\x85\u2028\u2029"
"""Line and page breaks in pasted text."""
_IN_TEXTAREA = str.maketrans({**dict.fromkeys(_BREAKS + "\r", "\n"), **_HYPHENS})
_IN_A_LINE = str.maketrans({**dict.fromkeys(_BREAKS + "\t", " "), **_HYPHENS})
_DATE_LENGTH = len("2015-04-30")


class ValueRefusedError(ValueError):
    """One answer is refused.

    wording: the message's key. code: for programs; the wording without its ending. values: fill in
    the sentence.
    """

    def __init__(self, wording: str, **values: object) -> None:
        super().__init__(wording)
        self.wording = wording
        self.code = code_of(wording)
        self.values = values


def read_value(field: Field, raw: object, *, today: date) -> Answer | None:
    """Return the stored form of an answer, or None if the field was left empty.

    raw: any JSON value; a form post sends a text or a list of texts. Raises ValueRefusedError.
    """
    return _READERS[field.type](field, raw, today)


def _read_text(field: Field, raw: object, _today: date) -> str | None:
    text = clean_line(raw)
    return _within_length(field, text) if text else None


def _read_textarea(field: Field, raw: object, _today: date) -> str | None:
    text = clean_text(raw)
    return _within_length(field, text) if text else None


def _read_email(field: Field, raw: object, _today: date) -> str | None:
    text = clean_line(raw)
    if not text:
        return None
    try:
        return _within_length(field, normalise_email(text))
    except EmailError as error:
        raise ValueRefusedError(error.code) from error


def _read_phone(field: Field, raw: object, _today: date) -> str | None:
    """Accept numbers that are possible in their country; see docs/decisions/0050-telephone-numbers.md."""
    text = clean_line(raw)
    if not text:
        return None
    from registration_core.domain.phones import PhoneError, normalise_phone  # noqa: PLC0415 - only forms that ask it

    try:
        return _within_length(field, normalise_phone(text, field.region))
    except PhoneError as error:
        raise ValueRefusedError("not_a_phone", example=PHONE_EXAMPLE) from error


def _read_date(field: Field, raw: object, today: date) -> str | None:
    text = clean_line(raw)
    if not text:
        return None
    if len(text) != _DATE_LENGTH or not text.isascii() or text[4] != "-" or text[7] != "-":
        raise ValueRefusedError(_wording_of_date(text))
    try:
        answer = date.fromisoformat(text)
    except ValueError as error:
        raise ValueRefusedError("not_a_date") from error
    earliest, latest = field.earliest(today), field.latest(today)
    if answer < earliest:
        raise _beyond("too_early", field, field.first_date, earliest)
    if answer > latest:
        raise _beyond("too_late", field, field.last_date, latest)
    return text


def _beyond(wording: str, field: Field, bound: str, limit: date) -> ValueRefusedError:
    """Write a fixed limit in words, and a relative one in digits, as the page's script does."""
    age = field.age_at(bound)
    if age is not None:
        return ValueRefusedError(f"{wording}_age", limit=age)
    return ValueRefusedError(wording, limit=limit.isoformat() if bound.startswith("today") else limit)


def _wording_of_date(text: str) -> str:
    """Return the wording for a text that isn't a date. If it has three parts, name the wrong one."""
    part = wrong_part(text)
    return f"{NOT_A_DATE}_{part}" if part else NOT_A_DATE


def _read_number(field: Field, raw: object, _today: date) -> int | float | None:
    if isinstance(raw, bool):
        raise ValueRefusedError("wrong_type")
    if isinstance(raw, int) and abs(raw) >= 10**_NUMBER_LETTERS:
        raise ValueRefusedError("not_a_number", example="12")
    text = repr(raw) if isinstance(raw, int | float) else clean_line(raw)
    if not text:
        return None
    number = _number(field, text)
    if field.minimum is not None and number < float(field.minimum):
        raise ValueRefusedError("too_small", limit=field.minimum)
    if field.maximum is not None and number > float(field.maximum):
        raise ValueRefusedError("too_large", limit=field.maximum)
    return number


def _number(field: Field, text: str) -> int | float:
    """Return the number. A comma counts as a decimal point."""
    example = "12.5" if field.decimals else "12"
    sign = "-" if text[0] in "-\u2212" else ""
    whole, _, decimals = text[len(sign) :].replace(",", ".", 1).partition(".")
    if len(text) > _NUMBER_LETTERS or not whole.isdecimal() or not (decimals.isdecimal() or not decimals):
        raise ValueRefusedError("not_a_number", example=example)
    significant = decimals.rstrip("0")
    if len(significant) > field.decimals:
        raise ValueRefusedError("too_many_decimals" if field.decimals else "not_whole", limit=field.decimals)
    return float(f"{sign}{whole}.{significant}") if significant else int(f"{sign}{whole}")


def _read_choice(field: Field, raw: object, _today: date) -> str | None:
    text = clean_line(raw)
    if not text:
        return None
    return _option(field, text)


def _read_choices(field: Field, raw: object, _today: date) -> list[str] | None:
    texts = raw if isinstance(raw, list) else [raw]
    chosen = [_option(field, text) for text in map(clean_line, texts) if text]
    if not chosen:
        return None
    if len(set(chosen)) < len(chosen):
        raise ValueRefusedError("repeated_option")
    if field.min_choices is not None and len(chosen) < field.min_choices:
        raise ValueRefusedError("too_few", limit=field.min_choices)
    if field.max_choices is not None and len(chosen) > field.max_choices:
        raise ValueRefusedError("too_many", limit=field.max_choices)
    return [option.value for option in field.options if option.value in chosen]


def _option(field: Field, value: str) -> str:
    if field.option(value) is None:
        raise ValueRefusedError("unknown_option")
    return value


def _read_consent(_field: Field, raw: object, _today: date) -> bool | None:
    if isinstance(raw, bool):
        return raw or None
    text = clean_line(raw).lower()
    if text in _YES:
        return True
    if not text or text in _NO:
        return None
    raise ValueRefusedError("wrong_type")


def clean_text(raw: object) -> str:
    """Return a text with one kind of line break; empty if nothing in it can be seen.

    Raises ValueRefusedError.
    """
    text = _normal(raw).replace("\r\n", "\n").translate(_IN_TEXTAREA)
    if not text.isprintable() and any(letter not in "\n\t" and _is_control(letter) for letter in text):
        raise ValueRefusedError("control_character")
    text = text.strip()
    return text if _shows_anything(text) else ""


def clean_line(raw: object) -> str:
    """Return the stored form of one line: in NFC and trimmed, with tabs and pasted breaks as spaces.

    Empty if nothing is visible. Raises ValueRefusedError if it isn't text, has line breaks, control
    characters or direction overrides.
    """
    text = _normal(raw).strip()
    if text.isprintable():
        return text if _shows_anything(text) else ""
    text = text.translate(_IN_A_LINE).strip()
    if "\n" in text or "\r" in text:
        raise ValueRefusedError("line_break")
    if any(_is_control(letter) for letter in text):
        raise ValueRefusedError("control_character")
    return text if _shows_anything(text) else ""


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) == "Cc" or letter in OVERRIDES


def _shows_anything(text: str) -> bool:
    """Whether anything is visible: not only spaces, joiners, tags and marks without a letter."""
    return any(map(_is_visible, text))


def _is_visible(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category == "Cn":  # a letter newer than Python's tables, a noncharacter or a tag
        never = "\ufdd0" <= letter <= "\ufdef" or f"{ord(letter):x}".endswith(("fffe", "ffff"))
        return not (never or "\U000e0000" <= letter <= "\U000e0fff")
    return category[0] not in "ZM" and category not in {"Cc", "Cf"} and letter not in _BLANKS


def _normal(raw: object) -> str:
    """Return a text in NFC. Raises ValueRefusedError for other types and lone surrogates."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise ValueRefusedError("wrong_type")
    if raw.isascii():  # it is in NFC
        return raw
    try:
        raw.encode()
    except UnicodeEncodeError as error:
        raise ValueRefusedError("control_character") from error
    return unicodedata.normalize("NFC", raw)


def _within_length(field: Field, text: str) -> str:
    if field.min_length is None and field.max_length is None:
        return text
    length = count_graphemes(text)
    if field.min_length is not None and length < field.min_length:
        raise ValueRefusedError("too_short", limit=field.min_length, length=length)
    if field.max_length is not None and length > field.max_length:
        raise ValueRefusedError("too_long", limit=field.max_length, length=length)
    return text


def _read_file(_field: Field, raw: object, _today: date) -> None:
    """Accept no answer: files are sent after the answers, see `domain.files`."""
    if raw not in (None, "", []):
        raise ValueRefusedError("file_elsewhere")


_READERS: dict[FieldType, Callable[[Field, object, date], Answer | None]] = {
    FieldType.TEXT: _read_text,
    FieldType.HIDDEN: _read_text,
    FieldType.TEXTAREA: _read_textarea,
    FieldType.EMAIL: _read_email,
    FieldType.PHONE: _read_phone,
    FieldType.DATE: _read_date,
    FieldType.NUMBER: _read_number,
    FieldType.CHOICE: _read_choice,
    FieldType.CHOICES: _read_choices,
    FieldType.CONSENT: _read_consent,
    FieldType.FILE: _read_file,
}
