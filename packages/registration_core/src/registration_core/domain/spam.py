"""Spam: signs that a program filled in the form."""

from __future__ import annotations

from math import isfinite

from registration_core.domain.errors import FieldError
from registration_core.domain.fields import FieldType
from registration_core.domain.messages import message
from registration_core.domain.names import count_links, holds_address

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from registration_core.domain.fields import Field
    from registration_core.domain.forms import Form

STARTED = "_started"
SENT = "_sent"
LANGUAGE = "_language"
KEY = "_key"
ANOTHER = "_another"
ADD, REMOVE = "_add", "_remove"
HUMAN_TOKEN = "cf-turnstile-response"  # noqa: S105 - a field's name: where Turnstile's widget leaves its token
FORMER_HONEYPOT = "website"
"""The honeypot's name on older pages. Password managers fill it in, so newer pages use another."""
RESERVED_FIELDS = frozenset({STARTED, SENT, LANGUAGE, KEY, ANOTHER, ADD, REMOVE, HUMAN_TOKEN})
"""Fields of every form that aren't answers; its honeypot is another.

Times are the sender's, in seconds since 1970. `_key` is the Idempotency-Key of a plain form post. A
post with `_another` stores nothing: it returns the form for the next person, partly filled in. Nor
does one with `_add` or `_remove`: it returns the form with one participant more or less.
"""


def spam_sign(form: Form, sent: Mapping[str, object], *, now: datetime) -> str | None:
    """Return why this is suspected spam; None if it looks genuine.

    sent: all fields. Signs are `honeypot` if that field is filled in, `quick 1.4` if fewer seconds
    than a person needs passed from `_started` to `_sent` (or now), `links 5` if the texts have more
    links than the form allows, and `name` if a name contains an address. A missing field is no
    sign.
    """
    if _fell_into_honeypot(form, sent):
        return "honeypot"
    took_s = _took_s(sent, now)
    if took_s is not None and 0 <= took_s < form.spam.min_fill_s:
        return f"quick {took_s:.1f}"
    links = _links(form, sent)
    if links > form.spam.max_links:
        return f"links {links}"
    return "name" if _addressed_name(form, sent) else None


def _fell_into_honeypot(form: Form, sent: Mapping[str, object]) -> bool:
    """Whether the honeypot is filled in, which people can't see."""
    if form.field(form.spam.honeypot) is not None:
        return False
    value = sent.get(form.spam.honeypot)
    return bool(value.strip() if isinstance(value, str) else value)


def _took_s(sent: Mapping[str, object], now: datetime) -> float | None:
    """Return the seconds that filling in took. Both times are the sender's, so a wrong clock doesn't matter."""
    started, left = _time(sent.get(STARTED)), _time(sent.get(SENT))
    if started is None:
        return None
    return (now.timestamp() if left is None else left) - started


def unreadable_times(form: Form, sent: Mapping[str, object], language: str) -> list[FieldError]:
    """Return an error for each time that isn't a number, because a well-meant client should know."""
    return [
        FieldError(name, "not_a_number", message("not_a_number", language, form.words, example="1800000000"))
        for name in (STARTED, SENT)
        if sent.get(name) not in (None, "") and _time(sent[name]) is None
    ]


def _time(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        time = float(value)
    except (ValueError, OverflowError):
        return None
    return time if isfinite(time) else None


def _links(form: Form, sent: Mapping[str, object]) -> int:
    return sum(count_links(text) for _, text in _texts(form, sent))


def _addressed_name(form: Form, sent: Mapping[str, object]) -> bool:
    """Whether a field for a person's name contains a link or an address."""
    names = (text for field, text in _texts(form, sent) if field.name == form.name_field or _asks_for_name(field))
    return any(map(holds_address, names))


def _texts(form: Form, sent: Mapping[str, object]) -> Iterator[tuple[Field, str]]:
    for answers in (sent,) if form.group is None else _each_participant(form, sent):
        for field in form.fields:
            text = answers.get(field.name)
            if field.type in (FieldType.TEXT, FieldType.TEXTAREA) and isinstance(text, str):
                yield field, text


def _each_participant(form: Form, sent: Mapping[str, object]) -> list[Mapping[str, object]]:
    """Return what was sent once, and then of each participant."""
    from registration_core.domain.groups import members_in  # noqa: PLC0415 - few forms have groups

    once, members = members_in(form, sent)
    return [once, *(own for own in members.values() if isinstance(own, dict))]


def _asks_for_name(field: Field) -> bool:
    *_, last = (field.autocomplete or "").split() or [""]
    return last == "name" or last.endswith("-name")
