"""Resend: a mail that an entry got, or should have got, once more, because the staff ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from registration_core.domain.mail import FITTING, MailKind, MailRequest, MailState
from registration_core.domain.mail_errors import MailedLatelyError, MailNotFittingError
from registration_core.domain.submission import Status
from registration_core.domain.transitions import REGISTRANT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from registration_core.domain.mail_ports import AskedMails
    from registration_core.domain.ports import Clock, MailQueue
    from registration_core.domain.submission import MailRecord, Submission, SubmissionDetails

LATELY = timedelta(minutes=10)
"""The same mail is not sent twice within this, unless on purpose."""

USUAL: Mapping[Status, MailKind] = {
    Status.PENDING: MailKind.VERIFY,
    Status.CONFIRMED: MailKind.CONFIRMED,
    Status.WAITLISTED: MailKind.WAITLISTED,
    Status.CANCELLED: MailKind.CANCELLED,
}
"""The mail that tells a registrant what their entry is."""

_NOT_SENT = frozenset({MailState.SUPPRESSED, MailState.OUTDATED, MailState.UNADDRESSED})


@dataclass(frozen=True, slots=True)
class Resend:
    """A mail that may be sent again. begun: it was asked for already, and is on its way or was broken off."""

    entry: Submission
    request: MailRequest
    begun: bool = False


def fitting(details: SubmissionDetails) -> list[MailKind]:
    """Return the mails whose words are true of an entry now, the usual one first."""
    entry = details.submission
    withdrawn = any(event.by == REGISTRANT and event.version == entry.version > 1 for event in details.events)
    waited = any(event.status is Status.WAITLISTED for event in details.events)
    found = [
        kind
        for kind in MailKind
        if entry.status in FITTING[kind]
        and kind is not MailKind.ALREADY_REGISTERED  # only whoever tries again makes it true
        and (kind is not MailKind.PROMOTED or waited)
        and (kind is not MailKind.STAFF_WITHDRAWN or withdrawn)
    ]
    return sorted(found, key=lambda kind: kind is not USUAL.get(entry.status))


def the_fitting(details: SubmissionDetails, kind: MailKind | None) -> MailKind:
    """Return this kind of mail, or the usual one. Raises MailNotFittingError, which says what is true instead."""
    entry, kinds = details.submission, fitting(details)
    if not kinds:
        raise MailNotFittingError(f'The entry "{entry.id}" is {entry.status}, so nobody is mailed about it.')
    if kind is not None and kind not in kinds:
        raise MailNotFittingError(
            f'The mail "{kind}" would not be true of the entry "{entry.id}", which is {entry.status}; '
            f"what fits is {', '.join(kinds)}."
        )
    return kind or kinds[0]


class ResendService:
    """Notes that a mail is to be sent again, and queues it; notify sends it, once."""

    def __init__(self, *, asked: AskedMails, queue: MailQueue, clock: Clock) -> None:
        self._asked = asked
        self._queue = queue
        self._clock = clock

    def plan(self, details: SubmissionDetails, kind: MailKind | None = None, *, again: bool = False) -> Resend:
        """Return what would be sent; None as kind means the one that tells what the entry is now.

        A mail counts as the same until the entry changes: whoever mends an address sends anew. Raises
        MailNotFittingError; MailedLatelyError when the same mail went out a moment ago and `again` is not set.
        """
        entry, chosen = details.submission, the_fitting(details, kind)
        same = [
            mail
            for mail in details.mails
            if (mail.kind, mail.version, mail.sending) == (chosen.value, entry.version, None)
        ]
        for mail in same:
            if mail.state == MailState.QUEUED:
                return Resend(entry, MailRequest(entry.id, chosen, entry.version, mail.copy), begun=True)
        now = self._clock.now()
        last = max((min(now, at) for at in map(_went_out, same) if at is not None), default=None)
        if last is not None and not again and now - last < LATELY:
            raise MailedLatelyError(f'The mail "{chosen}" of the entry "{entry.id}" went out a moment ago.', at=last)
        copy = 1 + max((mail.copy for mail in same), default=0)
        return Resend(entry, MailRequest(entry.id, chosen, entry.version, copy))

    def resend(self, plan: Resend, *, by: str) -> None:
        """Have the mail sent; broken off, the same plan made anew goes on.

        by: see `Event`. Raises EntryChangedError, MailAskedError, MailQueueError, StorageUnavailableError.
        """
        if not plan.begun:
            self._asked.ask(plan.request, plan.entry, what=f"mail resent: {plan.request.kind}", by=by)
        self._queue.put([plan.request])


def _went_out(mail: MailRecord) -> datetime | None:
    """Return when a mail left us, or began to; None when it never did."""
    if mail.state in _NOT_SENT:
        return None
    return mail.sent_at or mail.lease_until or mail.asked_at
