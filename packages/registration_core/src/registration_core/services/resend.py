"""Resend: a mail sent again because staff asked for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

from registration_core.domain.errors import KeyReusedError
from registration_core.domain.mail import FITTING, TO_STAFF, MailKind, MailRequest, MailState, mails_for
from registration_core.domain.mail_errors import (
    MailedLatelyError,
    MailNotFittingError,
    NoStaffError,
    SuppressedError,
)
from registration_core.domain.submission import Status
from registration_core.domain.transitions import REGISTRANT
from registration_core.services.missing_mails import changes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from registration_core.domain.mail_ports import AskedMails, SuppressionList
    from registration_core.domain.ports import Clock, FormCatalogue, MailQueue
    from registration_core.domain.submission import MailRecord, Submission, SubmissionDetails

LATELY = timedelta(minutes=10)
"""The same mail isn't sent twice within this time, unless on purpose."""

USUAL: Mapping[Status, MailKind] = {
    Status.PENDING: MailKind.VERIFY,
    Status.CONFIRMED: MailKind.CONFIRMED,
    Status.WAITLISTED: MailKind.WAITLISTED,
    Status.CANCELLED: MailKind.CANCELLED,
}
"""The mail that tells a registrant their status."""

_NOT_SENT = frozenset({MailState.SUPPRESSED, MailState.OUTDATED, MailState.UNADDRESSED, MailState.UNSUBSCRIBED})


@dataclass(frozen=True, slots=True)
class Resend:
    """A mail to send again.

    begun: it was already asked for, and is queued or was interrupted. ended: it was asked for with
    the same key, and is no longer queued.
    """

    submission: Submission
    request: MailRequest
    begun: bool = False
    ended: bool = False
    key: str | None = None


def fitting(details: SubmissionDetails) -> list[MailKind]:
    """Return the mails that fit a submission now, the usual one first."""
    submission = details.submission
    changes = [after for before, after in pairwise(details.events) if after.status is not before.status]
    withdrawn = bool(changes) and changes[-1].by == REGISTRANT
    waited = any(event.status is Status.WAITLISTED for event in details.events)
    kinds = [
        kind
        for kind in MailKind
        if submission.status in FITTING[kind]
        and kind is not MailKind.ALREADY_REGISTERED  # true only when someone registers again
        and (kind is not MailKind.PROMOTED or waited)
        and (kind is not MailKind.STAFF_WITHDRAWN or withdrawn)
        and (kind not in (MailKind.CHANGED, MailKind.STAFF_CHANGED) or _cause(details, kind) is not None)
    ]
    return sorted(kinds, key=lambda kind: kind is not USUAL.get(submission.status))


def the_fitting(details: SubmissionDetails, kind: MailKind | None) -> MailKind:
    """Return this kind of mail, or the usual one. Raises MailNotFittingError, which lists the kinds that fit."""
    submission, kinds = details.submission, fitting(details)
    if not kinds:
        raise MailNotFittingError(
            f'The submission "{submission.id}" is {submission.status}, so there is no mail to send.'
        )
    if kind is not None and kind not in kinds:
        raise MailNotFittingError(
            f'The mail "{kind}" doesn\'t fit the submission "{submission.id}", which is {submission.status}. '
            f"Use one of {', '.join(kinds)}."
        )
    return kind or kinds[0]


def _cause(details: SubmissionDetails, kind: str) -> MailRequest | None:
    """Return the last mail of this kind that the submission's history caused; None if none did."""
    causes = [each for change in changes_of(details) for each in mails_for(change) if each.kind == kind]
    return causes[-1] if causes else None


def _request(details: SubmissionDetails, kind: str, version: int, copy: int) -> MailRequest:
    """Return the mail to send again, about what the first one of its kind told."""
    cause = _cause(details, kind)
    request = MailRequest(details.submission.id, kind, version, copy)
    if cause is None:
        return request
    return replace(request, edited=cause.edited, ended=cause.ended, option=cause.option)


class ResendService:
    """Records that a mail is to be sent again, and queues it. notify sends it once."""

    def __init__(
        self,
        *,
        asked: AskedMails,
        queue: MailQueue,
        clock: Clock,
        suppressions: SuppressionList,
        forms: FormCatalogue,
    ) -> None:
        self._asked = asked
        self._queue = queue
        self._clock = clock
        self._suppressions = suppressions
        self._forms = forms

    def plan(
        self,
        details: SubmissionDetails,
        kind: MailKind | None = None,
        *,
        again: bool = False,
        key: str | None = None,
    ) -> Resend:
        """Return what would be sent. kind: None for the mail that tells the status.

        A mail counts as the same until the submission changes, so staff can send again to a corrected
        address. key: the request's; the same key again is the same mail, whatever else was sent
        since. Raises KeyReusedError for another kind; MailNotFittingError; MailedLatelyError when the
        same mail went out a moment ago and `again` is not set; SuppressedError, NoStaffError.
        """
        asked = next((mail for mail in details.mails if key is not None and mail.asked_key == key), None)
        if asked is not None and kind not in (None, asked.kind):
            raise KeyReusedError
        if asked is not None:
            request = _request(details, asked.kind, asked.version, asked.copy)
            return Resend(details.submission, request, begun=True, ended=asked.state != MailState.QUEUED)
        plan = self._plan(details, kind, again=again, key=key)
        self._ensure_has_reader(plan)
        return plan

    def _plan(self, details: SubmissionDetails, kind: MailKind | None, *, again: bool, key: str | None) -> Resend:
        submission, chosen = details.submission, the_fitting(details, kind)
        same = [
            mail
            for mail in details.mails
            if (mail.kind, mail.version, mail.sending) == (chosen.value, submission.version, None)
        ]
        for mail in same:
            if mail.state == MailState.QUEUED:
                return Resend(submission, _request(details, chosen, submission.version, mail.copy), begun=True)
        now = self._clock.now()
        last = max((min(now, at) for at in map(_went_out, same) if at is not None), default=None)
        if last is not None and not again and now - last < LATELY:
            raise MailedLatelyError(f'The mail "{chosen}" for "{submission.id}" was sent a moment ago.', at=last)
        copy = 1 + max((mail.copy for mail in same), default=0)
        return Resend(submission, _request(details, chosen, submission.version, copy), key=key)

    def _ensure_has_reader(self, plan: Resend) -> None:
        """Raise SuppressedError or NoStaffError if nobody would get the mail."""
        submission = plan.submission
        if plan.request.kind in TO_STAFF:
            if submission.form in self._forms.names() and not self._forms.get(submission.form).staff:
                raise NoStaffError(submission.form)
        elif self._suppressions.holds(submission.email):
            raise SuppressedError(submission.email)

    def resend(self, plan: Resend, *, by: str) -> None:
        """Queue the mail. After an interruption, a new plan continues.

        by: see `Event`. Raises SubmissionChangedError, MailAskedError, MailQueueError,
        StorageUnavailableError.
        """
        if plan.ended:
            return
        if not plan.begun:
            what = f"mail resent: {plan.request.kind}"
            self._asked.ask(plan.request, plan.submission, what=what, by=by, key=plan.key)
        self._queue.put([plan.request])


def _went_out(mail: MailRecord) -> datetime | None:
    """Return when a mail was sent or started; None if it never was."""
    if mail.state in _NOT_SENT:
        return None
    return mail.sent_at or mail.lease_until or mail.asked_at
