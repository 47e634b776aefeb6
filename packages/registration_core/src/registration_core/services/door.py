"""The door: the checks before submit. Rate limits, answers, human check, spam."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from registration_core.domain.errors import InvalidAnswersError, TooManyRequestsError
from registration_core.domain.spam import FORMER_HONEYPOT, HUMAN_TOKEN, RESERVED_FIELDS, spam_sign, unreadable_times
from registration_core.domain.submission import mailbox
from registration_core.domain.validation import validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Overrides
    from registration_core.domain.ports import Clock, HumanCheck, RateCounter, Signer
    from registration_core.domain.validation import EnsureOpen
    from registration_core.domain.values import Answer

ADDRESS_WINDOW_S = 10 * 60
EMAIL_WINDOW_S = 24 * 60 * 60


@dataclass(frozen=True, slots=True)
class Limits:
    """Rate limits of one sender; 0 means no limit.

    per_address: requests from one network address within ten minutes. per_email: submissions for
    one mailbox within a day (UTC), whatever tag or dots its address has; the same request sent
    again counts once.
    """

    per_address: int
    per_email: int


@dataclass(frozen=True, slots=True)
class Admission:
    """What the door lets through to submit.

    answers: checked, as they are stored. spam_sign: why it looks like spam, if it does. members: the
    answers of each participant, if several are sent together; `answers` are the first's.
    """

    answers: Mapping[str, Answer]
    spam_sign: str | None = None
    members: Sequence[Mapping[str, Answer]] = ()


class Door:
    """Admits requests or refuses them. Of a refused request, only the rate counts are stored."""

    def __init__(
        self,
        *,
        rates: RateCounter,
        limits: Limits,
        signer: Signer,
        clock: Clock,
        human_check: HumanCheck | None = None,
        overrides: Callable[[Form], Overrides] = lambda _form: {},
    ) -> None:
        self._rates = rates
        self._limits = limits
        self._signer = signer
        self._clock = clock
        self._human_check = human_check
        self._overrides = overrides

    def admit(
        self, form: Form, sent: Mapping[str, object], *, address: str, key: str | None, language: str
    ) -> Admission:
        """Return what submit stores. This is the only place where a submission's answers are checked.

        sent: every field, including the door's own. address: the client's IP address; an empty one
        is not counted. key, language: as for submit. Raises FormClosedError, TooManyRequestsError,
        InvalidAnswersError, HumanCheckFailedError, HumanCheckUnavailableError,
        StorageUnavailableError.

        The e-mail address's limit and the human check come last, so that wrong answers don't use
        them up.
        """
        now = self._clock.now()
        ensure_option_open = self._ensure_open(form, now)
        self._count_address(address, now)
        members = _validated(form, sent, language, now, ensure_option_open)
        answers, together = members[0], members if len(members) > 1 else ()
        sign = spam_sign(form, sent, now=now)
        content = f"{form.name}#{key}" if key else json.dumps([form.name, together or answers], sort_keys=True)
        request = self._signer.fingerprint("request", content)
        if self._human_check is not None:
            token = sent.get(HUMAN_TOKEN)
            self._human_check.ensure_human(token if isinstance(token, str) else "", address=address, request=request)
        self._count_email(str(answers[form.email_field]), request, now)
        return Admission(answers, sign, together)

    def _ensure_open(self, form: Form, now: datetime) -> EnsureOpen | None:
        """Return the check of an answer's option; None if no option can be closed. Raises FormClosedError."""
        overrides = self._overrides(form)
        if form.chosen_field is None and not overrides:
            form.ensure_open(now)
            return None
        from registration_core.domain.openings import ensure_open, ensure_option_open  # noqa: PLC0415 - not every form

        ensure_open(form, overrides, now)
        return partial(ensure_option_open, form, overrides, now)

    def _count_address(self, address: str, now: datetime) -> None:
        if not self._limits.per_address or not address:
            return
        sender = self._signer.fingerprint("rate-address", network_of(address))
        self._count(sender, ADDRESS_WINDOW_S, self._limits.per_address, None, now)

    def _count_email(self, email: str, request: str, now: datetime) -> None:
        if not self._limits.per_email:
            return
        sender = self._signer.fingerprint("rate-email", mailbox(email))
        self._count(sender, EMAIL_WINDOW_S, self._limits.per_email, request, now)

    def _count(self, sender: str, window_s: int, most: int, request: str | None, now: datetime) -> None:
        number = int(now.timestamp()) // window_s
        ends = (number + 1) * window_s
        expires_at = datetime.fromtimestamp(ends, UTC)
        window = f"{window_s}s-{number}"
        if not self._rates.take(sender, window, most=most, request=request, expires_at=expires_at):
            wait_s = max(1, ends - int(now.timestamp()))
            raise TooManyRequestsError(retry_after_s=wait_s, for_email=request is not None)


def _validated(
    form: Form, sent: Mapping[str, object], language: str, now: datetime, ensure_open: EnsureOpen | None
) -> tuple[Mapping[str, Answer], ...]:
    """Return the stored form of each participant's answers. Raises InvalidAnswersError with every wrong field."""
    wrong = unreadable_times(form, sent, language)
    try:
        members = _members(form, without_reserved(form, sent), language, now, ensure_open)
    except InvalidAnswersError as error:
        raise InvalidAnswersError([*error.errors, *wrong]) from None
    if wrong:
        raise InvalidAnswersError(wrong)
    return members


def _members(
    form: Form, sent: Mapping[str, object], language: str, now: datetime, ensure_open: EnsureOpen | None
) -> tuple[Mapping[str, Answer], ...]:
    if form.group is None:
        return (validate(form, sent, language, today=form.today(now), ensure_open=ensure_open),)
    from registration_core.domain.group_answers import validate_members  # noqa: PLC0415 - few forms have groups

    return validate_members(form, sent, language, today=form.today(now), ensure_open=ensure_open)


def without_reserved(form: Form, sent: Mapping[str, object]) -> dict[str, object]:
    """Return the answers without the door's own fields, but with unknown ones."""
    reserved = (RESERVED_FIELDS | {form.spam.honeypot, FORMER_HONEYPOT}) - {field.name for field in form.fields}
    return {name: value for name, value in sent.items() if name not in reserved}


def network_of(address: str) -> str:
    """Return the network of a household or office: an IPv4 address, or the first 64 bits of an IPv6 address."""
    if ":" not in address:
        return address
    try:
        return socket.inet_pton(socket.AF_INET6, address.partition("%")[0])[:8].hex()
    except OSError:
        return address
