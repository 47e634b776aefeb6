"""What makes a submission look like spam: signs that a program filled the form in."""

from __future__ import annotations

from math import isfinite

from registration_core.domain.errors import FieldError
from registration_core.domain.fields import FieldType
from registration_core.domain.messages import message

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from registration_core.domain.forms import Form

STARTED = "_started"
SENT = "_sent"
LANGUAGE = "_language"
HUMAN_TOKEN = "cf-turnstile-response"  # noqa: S105 - a field's name: where Turnstile's widget leaves its token
RESERVED_FIELDS = frozenset({STARTED, SENT, LANGUAGE, HUMAN_TOKEN})
"""Fields of every form, besides its honeypot, that are no answers; times are the sender's, in seconds since 1970."""

_LINKS = ("http://", "https://", "www.")


def looks_like_spam(form: Form, sent: Mapping[str, object], *, now: datetime) -> bool:
    """Whether to set this aside for the staff to look at.

    sent: every field that came. Signs are a honeypot that is filled in, less time from `_started` to `_sent` (or to
    now) than a person needs, and more links in the long answers than the form allows. What was not sent is no sign.
    """
    return _fell_into_honeypot(form, sent) or _too_quick(form, sent, now) or _links(form, sent) > form.spam.max_links


def _fell_into_honeypot(form: Form, sent: Mapping[str, object]) -> bool:
    """Nobody sees the honeypot, so nobody fills it in."""
    if form.field(form.spam.honeypot) is not None:
        return False
    value = sent.get(form.spam.honeypot)
    return bool(value.strip() if isinstance(value, str) else value)


def _too_quick(form: Form, sent: Mapping[str, object], now: datetime) -> bool:
    """Both times are best the sender's own: a clock that is wrong is wrong in both, and accuses nobody."""
    started, left = _time(sent.get(STARTED)), _time(sent.get(SENT))
    if started is None:
        return False
    took_s = (now.timestamp() if left is None else left) - started
    return 0 <= took_s < form.spam.min_fill_s


def unreadable_times(form: Form, sent: Mapping[str, object], language: str) -> list[FieldError]:
    """Return an error for each time that is no number: its sender means well, and should know."""
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
    """Count the links in the long answers; `https://www.` is one."""
    count = 0
    for field in form.fields:
        text = sent.get(field.name)
        if field.type is FieldType.TEXTAREA and isinstance(text, str):
            lower = text.lower().replace("://www.", "://")
            count += sum(map(lower.count, _LINKS))
    return count
