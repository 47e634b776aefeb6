"""Mails: which there are, what asks for one, and what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from registration_core.domain.submission import Submission


class MailKind(StrEnum):
    """staff: to the form's staff, of a new submission. staff_withdrawn: to them, of one that its registrant took back.

    staff_spam: to them, once a day, of what was set aside as spam. All others: to the registrant.
    """

    CONFIRMED = "confirmed"
    VERIFY = "verify"
    WAITLISTED = "waitlisted"
    PROMOTED = "promoted"
    CANCELLED = "cancelled"
    ALREADY_REGISTERED = "already_registered"
    STAFF = "staff"
    STAFF_WITHDRAWN = "staff_withdrawn"
    STAFF_SPAM = "staff_spam"


TO_STAFF: Mapping[str, str] = {
    MailKind.STAFF: "new",
    MailKind.STAFF_WITHDRAWN: "withdrawn",
    MailKind.STAFF_SPAM: "spam",
}
"""The mails to the form's staff, by the word with which a form file asks for them (`staff_mails`)."""


class MailState(StrEnum):
    """What became of a mail.

    queued: the staff asked for it, and it is on its way. sending: someone holds its lease. sent:
    SES took it. delivered, bounced, complained, rejected: what SES told later. suppressed,
    outdated, unaddressed: nothing was sent, for the address bounced or complained before, the
    submission had moved on, or the form names no staff.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"
    SUPPRESSED = "suppressed"
    OUTDATED = "outdated"
    UNADDRESSED = "unaddressed"


@dataclass(frozen=True, slots=True)
class MailRequest:
    """What stands in the mail queue: no personal data.

    kind: a MailKind, or the name of a form's own mail. version: the submission's version that
    called for the mail; of `already_registered` and of digests the day, as `20270301`. copy: 0 for
    the mail that a change called for; the staff's resends of it count from 1. sending: which of the
    staff's sendings a form's own mail belongs to; such a mail is true for a submission of one of
    these statuses that is still about this option. entries: the submissions that a digest names;
    more: how many it only counts; a digest's id is the form's name.
    """

    id: str
    kind: str
    version: int
    copy: int = 0
    sending: str | None = None
    statuses: frozenset[Status] = frozenset()
    option: str | None = None
    entries: tuple[str, ...] = ()
    more: int = 0

    @property
    def name(self) -> str:
        """What tells the mail from all others of its submission."""
        if self.sending is not None:
            return f"send#{self.sending}"
        return f"{self.kind}#{self.version}" + (f"#{self.copy}" if self.copy else "")

    def fits(self, submission: Submission) -> bool:
        """Whether the mail's words are true of a submission now."""
        if self.sending is not None:
            return submission.status in self.statuses and submission.option == self.option
        if self.kind == MailKind.STAFF_WITHDRAWN and submission.version != self.version:
            return False  # it was restored, or erased after it was cancelled: another mail tells
        return submission.status in FITTING[MailKind(self.kind)]


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to a submission, without anything personal.

    was: its status before; None when it is new. quiet: nobody is told of it. by_registrant: whether
    they did it.
    """

    id: str
    version: int
    status: Status
    was: Status | None = None
    quiet: bool = False
    by_registrant: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """Somebody registered again with a submission's address, for the first time that day. day: as `20270301`."""

    id: str
    day: int


TOLD: Mapping[Status, tuple[MailKind, ...]] = {
    Status.PENDING: (MailKind.VERIFY,),
    Status.CONFIRMED: (MailKind.CONFIRMED, MailKind.STAFF),
    Status.WAITLISTED: (MailKind.WAITLISTED, MailKind.STAFF),
}
"""Who is told of a submission that is new, or turned out to be an honest one."""

FITTING: Mapping[MailKind, frozenset[Status]] = {
    MailKind.CONFIRMED: frozenset({Status.CONFIRMED}),
    MailKind.VERIFY: frozenset({Status.PENDING}),
    MailKind.WAITLISTED: frozenset({Status.WAITLISTED}),
    MailKind.PROMOTED: frozenset({Status.CONFIRMED, Status.PENDING}),
    MailKind.CANCELLED: frozenset({Status.CANCELLED}),
    MailKind.ALREADY_REGISTERED: frozenset({Status.PENDING, Status.CONFIRMED, Status.WAITLISTED}),
    MailKind.STAFF: frozenset({Status.PENDING, Status.CONFIRMED, Status.WAITLISTED, Status.CANCELLED}),
    MailKind.STAFF_WITHDRAWN: frozenset({Status.CANCELLED, Status.ERASED}),
    MailKind.STAFF_SPAM: frozenset(),
}
"""With which status a mail's words are still true when its turn comes to be sent."""


def mails_for(change: Change | Notice) -> list[MailRequest]:
    """Return the mails that one change calls for; spam, what was erased and what is quiet call for none."""
    if isinstance(change, Notice):
        return [MailRequest(change.id, MailKind.ALREADY_REGISTERED, change.day)]
    if change.quiet:
        return []
    kinds = _kinds(change.was, change.status)
    if change.by_registrant and change.was in _WITHDRAWN_FROM and change.status in FITTING[MailKind.STAFF_WITHDRAWN]:
        kinds = (*kinds, MailKind.STAFF_WITHDRAWN)
    return [MailRequest(change.id, kind, change.version) for kind in kinds]


_WITHDRAWN_FROM = frozenset({*TOLD, Status.CANCELLED})
"""Whose registrant withdraws something that the staff count on, or may still have at hand."""


def _kinds(was: Status | None, status: Status) -> tuple[MailKind, ...]:
    if was is status:
        return ()
    if status is Status.CANCELLED:
        return (MailKind.CANCELLED,) if was in TOLD else ()
    if was is Status.WAITLISTED and status in FITTING[MailKind.PROMOTED]:
        return (MailKind.PROMOTED,)
    if was is Status.CANCELLED:  # the staff restored it themselves
        return TOLD.get(status, ())[:1]
    return TOLD.get(status, ())


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail says beside the submission itself.

    at: the moment of writing. my_url: the registrant's own page; None in a mail to the staff, who
    must not learn it. values: what the staff gave a form's own mail to say. spam: what a digest
    names. more_spam: how many it only counts.
    """

    at: datetime
    my_url: str | None = None
    values: Mapping[str, str] | None = None
    spam: tuple[Submission, ...] = ()
    more_spam: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail. content_type: with its parameters, as it stands in the header."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail's content. subject: one line without control characters. text and html say the same."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail as handed to a Mailer. to, reply_to: bare ASCII addresses that were checked.

    request: what called for the mail; the mail service tells it again with what became of the mail.
    """

    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    request: MailRequest | None = None
