"""Mails: the kinds, what causes one, and what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from registration_core.domain.submission import STANDING, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from registration_core.domain.submission import Submission


class MailKind(StrEnum):
    """The kinds of mail.

    changed: tells a registrant what they changed. staff: tells the form's staff about a new
    submission. staff_changed, staff_withdrawn: tell them that a registrant changed answers, or
    cancelled. staff_spam: lists suspected spam for them, once a day. All others go to the
    registrant.
    """

    CONFIRMED = "confirmed"
    VERIFY = "verify"
    WAITLISTED = "waitlisted"
    PROMOTED = "promoted"
    CHANGED = "changed"
    CANCELLED = "cancelled"
    ALREADY_REGISTERED = "already_registered"
    STAFF = "staff"
    STAFF_CHANGED = "staff_changed"
    STAFF_WITHDRAWN = "staff_withdrawn"
    STAFF_SPAM = "staff_spam"


TO_STAFF: Mapping[str, str] = {
    MailKind.STAFF: "new",
    MailKind.STAFF_CHANGED: "changed",
    MailKind.STAFF_WITHDRAWN: "withdrawn",
    MailKind.STAFF_SPAM: "spam",
}
"""The mails to the form's staff, and their names in a form file's `staff_mails`."""


class MailState(StrEnum):
    """What became of a mail.

    queued: staff asked for it. sending: a worker holds its lease. sent: SES accepted it. delivered,
    bounced, complained, rejected: what SES reported later. suppressed, unsubscribed, outdated,
    unaddressed: nothing was sent, because the address bounced or complained before, its owner wants
    no such mails, the submission has changed, or the form names no staff.
    """

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    REJECTED = "rejected"
    SUPPRESSED = "suppressed"
    UNSUBSCRIBED = "unsubscribed"
    OUTDATED = "outdated"
    UNADDRESSED = "unaddressed"


@dataclass(frozen=True, slots=True)
class MailRequest:
    """A message on the mail queue, without personal data.

    id: the submission's; for a digest the form's name. kind: a MailKind, or the name of a form's
    own mail. version: the submission's version that caused the mail; for `already_registered` and
    digests the day, as `20270301`. copy: 0 for the first mail; resends count from 1. sending: the
    ID of staff's sending, for a form's own mail. It is sent only if the submission has one of
    `statuses` and is still about `option`. For `staff_withdrawn`, statuses has the one that the
    registrant brought about. entries: the submissions that a digest names. more: how
    many it only counts. edited: the names of the answers that the mail tells of. ended: whether a
    confirmed seat came to its end; then option is the one that it was in, if it was counted.
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
    edited: tuple[str, ...] = ()
    ended: bool = False

    @property
    def name(self) -> str:
        """The mail's name, unique within its submission."""
        if self.sending is not None:
            return f"send#{self.sending}"
        return f"{self.kind}#{self.version}" + (f"#{self.copy}" if self.copy else "")

    def fits(self, submission: Submission) -> bool:
        """Whether what the mail says is true of a submission now."""
        if self.sending is not None:
            return submission.status in self.statuses and submission.option == self.option
        if self.kind == MailKind.STAFF_WITHDRAWN and submission.version != self.version:
            # A note about it changes nothing, but if it was restored, or erased after it was cancelled, another mail
            # says so.
            return submission.status in self.statuses
        return submission.status in FITTING[MailKind(self.kind)]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a submission, without personal data.

    was: its status before; None if it is new. quiet: no mail is sent. by_registrant: whether the
    registrant made the change. edited: the names of the answers that changed. left: the counted
    option that it was about, if it is about another now. form: its form's name. at: when, ISO 8601.
    in_group: it was sent with others. Only webhooks need these three.
    """

    id: str
    version: int
    status: Status
    was: Status | None = None
    quiet: bool = False
    by_registrant: bool = False
    form: str = ""
    edited: tuple[str, ...] = ()
    at: str = ""
    in_group: bool = False
    left: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """Someone registered again with a submission's address, for the first time that day. day: as `20270301`."""

    id: str
    day: int


ON_ARRIVAL: Mapping[Status, tuple[MailKind, ...]] = {
    Status.PENDING: (MailKind.VERIFY,),
    Status.CONFIRMED: (MailKind.CONFIRMED, MailKind.STAFF),
    Status.WAITLISTED: (MailKind.WAITLISTED, MailKind.STAFF),
}
"""The mails for a new submission, or one that staff marked as genuine."""

FITTING: Mapping[MailKind, frozenset[Status]] = {
    MailKind.CONFIRMED: frozenset({Status.CONFIRMED}),
    MailKind.VERIFY: frozenset({Status.PENDING}),
    MailKind.WAITLISTED: frozenset({Status.WAITLISTED}),
    MailKind.PROMOTED: frozenset({Status.CONFIRMED, Status.PENDING}),
    MailKind.CHANGED: STANDING,
    MailKind.CANCELLED: frozenset({Status.CANCELLED}),
    MailKind.ALREADY_REGISTERED: STANDING,
    MailKind.STAFF: frozenset({Status.PENDING, Status.CONFIRMED, Status.WAITLISTED, Status.CANCELLED}),
    MailKind.STAFF_CHANGED: STANDING,
    MailKind.STAFF_WITHDRAWN: frozenset({Status.CANCELLED, Status.ERASED}),
    MailKind.STAFF_SPAM: frozenset(),
}
"""The statuses in which what a mail says is true. `services/resend.py` also looks at the history."""

GROUP_MAIL = "group"
"""The name of the templates for several participants who were sent together, in place of a kind's own."""

TELLS_OF_ALL = frozenset({MailKind.VERIFY, MailKind.CONFIRMED, MailKind.WAITLISTED})
"""The mails to a registrant that `GROUP_MAIL` replaces when they are about a whole group."""

FOR_THE_DAY = frozenset({MailKind.CONFIRMED, MailKind.PROMOTED, MailKind.CHANGED})
"""The mails that bring a registrant with a confirmed seat a calendar file, and a QR code for the door.

A form's own mails bring them where their templates name them.
"""


def mails_for(change: Change | Notice) -> list[MailRequest]:
    """Return the mails that a change causes. Spam, erasures and quiet changes cause none."""
    if isinstance(change, Notice):
        return [MailRequest(change.id, MailKind.ALREADY_REGISTERED, change.day)]
    if change.quiet:
        return []
    ended = change.was is Status.CONFIRMED and change.status is not Status.CONFIRMED
    left = change.left if ended else None
    if change.by_registrant and change.edited and change.was in STANDING and change.status in STANDING:
        return [
            MailRequest(change.id, MailKind.CHANGED, change.version, option=left, edited=change.edited, ended=ended),
            MailRequest(change.id, MailKind.STAFF_CHANGED, change.version, edited=change.edited),
        ]
    requests = [
        MailRequest(change.id, kind, change.version)
        if kind in TO_STAFF
        else MailRequest(change.id, kind, change.version, option=left, ended=ended)
        for kind in _kinds(change.was, change.status)
    ]
    if change.by_registrant and change.was in _WITHDRAWN_FROM and change.status in FITTING[MailKind.STAFF_WITHDRAWN]:
        brought_about = frozenset({change.status})
        requests.append(MailRequest(change.id, MailKind.STAFF_WITHDRAWN, change.version, statuses=brought_about))
    return requests


_WITHDRAWN_FROM = frozenset({*ON_ARRIVAL, Status.CANCELLED})
"""Statuses in which staff count on a submission, or may still have it, so that they must hear of a withdrawal."""


def _kinds(was: Status | None, status: Status) -> tuple[MailKind, ...]:
    if was is status:
        return ()
    if status is Status.CANCELLED:
        return (MailKind.CANCELLED,) if was in ON_ARRIVAL else ()
    if was is Status.WAITLISTED and status in FITTING[MailKind.PROMOTED]:
        return (MailKind.PROMOTED,)
    if was is Status.CANCELLED:  # staff restored it themselves
        return ON_ARRIVAL.get(status, ())[:1]
    return ON_ARRIVAL.get(status, ())


@dataclass(frozen=True, slots=True)
class MailFacts:
    """What a mail needs besides the submission.

    at: when it is written. my_url: the registrant's page; None in mails to staff, who must not see
    it. unsubscribe_url: where the registrant stops mails such as this one; None in mails that are
    about the contract. values: staff's values for a form's own mail. spam: the submissions that a
    digest names. more_spam: how many it only counts. group: the submissions that were sent
    together, if the mail is about all of them. edited, ended, left: see `MailRequest`; left is its
    option.
    """

    at: datetime
    my_url: str | None = None
    unsubscribe_url: str | None = None
    values: Mapping[str, str] | None = None
    spam: tuple[Submission, ...] = ()
    more_spam: int = 0
    group: tuple[Submission, ...] = ()
    edited: tuple[str, ...] = ()
    ended: bool = False
    left: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file attached to a mail.

    content_type: the full header value with its parameters. content_id: by which the HTML shows it
    as an image; None for a file to open or save.
    """

    filename: str
    content_type: str
    content: bytes
    content_id: str | None = None


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """A mail's content. subject: one line without control characters. text and html say the same."""

    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """A mail for a Mailer to send.

    to, reply_to: checked, bare ASCII addresses. request: the mail's request; the mail service
    returns it when it reports what became of the mail. unsubscribe_url: accepts a one-click POST.
    """

    to: tuple[str, ...]
    subject: str
    text: str
    html: str
    reply_to: str | None = None
    attachments: tuple[Attachment, ...] = ()
    request: MailRequest | None = None
    unsubscribe_url: str | None = None
