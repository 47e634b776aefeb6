"""Checks that a page makes before sending: a field's rules as data, each with the server's sentence.

They are the rules of `values` that a browser can apply, and never stricter: the server refuses whatever a check
refuses. The server decides everything else.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import NamedTuple

from registration_core.domain.date_parts import NOT_A_DATE
from registration_core.domain.fields import Field, FieldType
from registration_core.domain.messages import refused
from registration_core.domain.phones import UNKNOWN_REGION, fewest_digits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Protocol

    from registration_core.domain.messages import Words

    class Say(Protocol):
        """Returns the sentence for a code, in one language."""

        def __call__(self, wording: str, **values: object) -> str:
            """Return the sentence with these values filled in."""


class Rule(StrEnum):
    """The kinds of check.

    required: an answer is missing. All others look at an answer that isn't. pattern: it doesn't match. short, long: it
    has too few or too many letters. least, most: a number, date (as text) or count of options is beyond the limit.
    """

    REQUIRED = "required"
    PATTERN = "pattern"
    SHORT = "short"
    LONG = "long"
    LEAST = "least"
    MOST = "most"


class Check(NamedTuple):
    """One rule. A field's checks are in the server's order.

    limit: a pattern (which Python's `regex` and a browser's `u` flag read alike), a number, or None for the date in the
    control's own attribute. sentence: the message; the page fills in `{length}` and `{limit}`. part: the one of a
    date's three fields that is wrong; empty if it isn't a single one.
    """

    rule: Rule
    limit: str | float | None
    sentence: str
    part: str = ""


_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9\-]{0,61}[A-Za-z0-9])?"
_TOP = r"(?:[A-Za-z]{2,63}|[Xx][Nn]--[A-Za-z0-9\-]{0,58}[A-Za-z0-9])"
EMAIL = (
    r"^(?![.])(?!\S*([.][.]|[.]@|=[?]\S*@))(?:[^\x00-\x7f]|[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~.]){1,64}"
    rf"@(?:(?:{_LABEL}[.])+{_TOP}|(?=\S*[^\x00-\x7f])[^@\s]+)$"
)
"""See `emails`. Only the server judges domains with letters beyond ASCII."""
EMAIL_ASCII = r"^[\x00-\x7f]+@"
_GAP = r"[\t \-./()\u00a0\u2009\u2010\u2011\u2012\u2013\u202f\u2212]*"
PHONE = (
    rf"^(?:tel:)?(?:(?:[+\uff0b]|00)(?!{_GAP}0(?![)]))(?:{_GAP}\p{{Nd}}){{5,16}}|(?!00)(?:{_GAP}\p{{Nd}}){{FEWEST,MOST}}){_GAP}"
    r"(?:[\s,;]*(?:;ext=|[A-Za-z]{1,11}|#)[\s.:]*\p{Nd}{1,7}#?)?$"
)
"""Only the server knows the countries' rules; no country's code begins with 0."""
_MOST_DIALLED = 18
"""Digits of a national number, with its trunk prefix."""
DAY, MONTH = r"^(?![^\-]*-[^\-]*-$)", r"^(?![^\-]*--[^\-]*$)"
YEAR = r"^(?!(?![^\-]{4}-)[^\-]*-[^\-]*-[^\-]*$)"
"""All three fields of a date are filled in, and the year has four digits."""
DATE = (
    r"^(?:\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
    r"|(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)$"
)
"""A day of the calendar, with 29 February only in leap years."""
NUMBER = r"^(?=.{1,16}$)[\-\u2212]?\p{Nd}+(?:[.,]\p{Nd}*)?$"
DECIMALS = r"^[^.,]*(?:[.,]\p{{Nd}}{{0,{most}}}0*)?$"


def checks_of(field: Field, language: str, words: Words | None = None) -> tuple[Check, ...]:
    """Return a field's checks, with sentences in this language. own: the form's own words."""

    def say(wording: str, **values: object) -> str:
        return refused(field, wording, language, words, **values)

    checks: list[Check] = []
    if field.answer_required:
        checks.append(Check(Rule.REQUIRED, None, say(_wording_of_required(field))))
    return (*checks, *_CHECKS[field.type](field, say))


def _wording_of_required(field: Field) -> str:
    if field.type is FieldType.CONSENT:
        return "required_consent"
    return "required_choice" if field.options else "required"


def _text_checks(field: Field, say: Say) -> Iterator[Check]:
    if field.min_length is not None:
        sentence = say("too_short", limit=field.min_length, length="{length}")
        yield Check(Rule.SHORT, field.min_length, sentence)
    if field.max_length is not None:
        sentence = say("too_long", limit=field.max_length, length="{length}")
        yield Check(Rule.LONG, field.max_length, sentence)


def _email_checks(_field: Field, say: Say) -> Iterator[Check]:
    yield Check(Rule.PATTERN, EMAIL, say("not_an_email"))
    yield Check(Rule.PATTERN, EMAIL_ASCII, say("email_not_ascii"))


def _phone_checks(field: Field, say: Say) -> Iterator[Check]:
    fewest, most = UNKNOWN_REGION.start, UNKNOWN_REGION.stop - 1
    if field.region is not None:
        fewest, most = fewest_digits(field.region), _MOST_DIALLED
    pattern = PHONE.replace("FEWEST", str(fewest)).replace("MOST", str(most))
    yield Check(Rule.PATTERN, pattern, say("not_a_phone"))


def _date_checks(field: Field, say: Say) -> Iterator[Check]:
    """Yield the checks of a date. The page fills in limits that move with the day, because it is built only once."""
    for pattern, part in ((DAY, "day"), (MONTH, "month"), (YEAR, "year")):
        yield Check(Rule.PATTERN, pattern, say(f"{NOT_A_DATE}_{part}"), part)
    yield Check(Rule.PATTERN, DATE, say(NOT_A_DATE))
    for rule, wording, limit in (
        (Rule.LEAST, "too_early", field.first_date),
        (Rule.MOST, "too_late", field.last_date),
    ):
        age = field.age_at(limit)
        if age is not None:
            yield Check(rule, None, say(f"{wording}_age", limit=age))
        elif limit.startswith("today"):
            yield Check(rule, None, say(wording, limit="{limit}"))
        else:
            yield Check(rule, limit, say(wording, limit=date.fromisoformat(limit)))


def _number_checks(field: Field, say: Say) -> Iterator[Check]:
    yield Check(Rule.PATTERN, NUMBER, say("not_a_number", example="12.5" if field.decimals else "12"))
    wording = "too_many_decimals" if field.decimals else "not_whole"
    yield Check(Rule.PATTERN, DECIMALS.format(most=field.decimals), say(wording, limit=field.decimals))
    if field.minimum is not None:
        yield Check(Rule.LEAST, float(field.minimum), say("too_small", limit=field.minimum))
    if field.maximum is not None:
        yield Check(Rule.MOST, float(field.maximum), say("too_large", limit=field.maximum))


def _choices_checks(field: Field, say: Say) -> Iterator[Check]:
    if field.min_choices is not None:
        yield Check(Rule.LEAST, field.min_choices, say("too_few", limit=field.min_choices))
    if field.max_choices is not None:
        yield Check(Rule.MOST, field.max_choices, say("too_many", limit=field.max_choices))


def _no_checks(_field: Field, _say: Say) -> Iterator[Check]:
    return iter(())


_CHECKS: dict[FieldType, Callable[[Field, Say], Iterator[Check]]] = {
    FieldType.TEXT: _text_checks,
    FieldType.TEXTAREA: _text_checks,
    FieldType.EMAIL: _email_checks,
    FieldType.PHONE: _phone_checks,
    FieldType.DATE: _date_checks,
    FieldType.NUMBER: _number_checks,
    FieldType.CHOICE: _no_checks,
    FieldType.CHOICES: _choices_checks,
    FieldType.CONSENT: _no_checks,
    FieldType.FILE: _no_checks,
    FieldType.HIDDEN: _no_checks,
}
