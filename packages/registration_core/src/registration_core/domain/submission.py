"""Submissions: one filled-in form each, what became of it, and what its registrant was told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Status(StrEnum):
    """What a submission is; `domain.transitions` says what it may become."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    SPAM = "spam"
    ERASED = "erased"


SEATED = frozenset({Status.PENDING, Status.CONFIRMED})
"""The statuses that hold a seat."""
STANDING = SEATED | {Status.WAITLISTED}
"""The statuses of a submission that counts as its registrant's: no second one is taken beside it."""
SPAM_KEPT = timedelta(days=30)
"""How long spam is kept, unless its form keeps nothing for that long."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission.

    id: the form's prefix and a ULID. reference: eight letters, without dash. email: the
    registrant's address as mailed to; empty once erased. version: counts changes, from 1.
    expires_at: from then on the submission is gone for every reader. option: the counted option
    that it is about. position: its ticket while it is waitlisted. verify_by: until when it holds
    its seat unverified, while pending; kept when it lapsed, see `lapsed`. verified_at: when the
    registrant proved the address, or the staff vouched. quiet: nobody is mailed of its coming.
    spam_sign: why it was suspected to be spam when it came, see `domain.spam.spam_sign`. Times are
    aware, in UTC, to the millisecond; expires_at and verify_by to the second.
    """

    id: str
    form: str
    form_version: str
    submitted_at: datetime
    answers: Mapping[str, str | int | float | bool | list[str]]
    status: Status
    reference: str
    email: str
    language: str
    version: int
    expires_at: datetime
    option: str | None = None
    position: int | None = None
    verify_by: datetime | None = None
    verified_at: datetime | None = None
    quiet: bool = False
    spam_sign: str | None = None

    @property
    def seated(self) -> bool:
        """Whether the submission holds a seat."""
        return self.option is not None and self.status in SEATED

    def overdue(self, now: datetime) -> bool:
        """Whether the submission was to be verified by now, and was not."""
        return self.status is Status.PENDING and self.verify_by is not None and self.verify_by <= now

    def expires_as_spam(self, marked_at: datetime) -> datetime:
        """Return when the submission is gone if it passes for spam from then on."""
        return min(self.expires_at, marked_at.replace(microsecond=0) + SPAM_KEPT)

    @property
    def lapsed(self) -> bool:
        """Whether the submission was cancelled because nobody verified it in time."""
        return self.status is Status.CANCELLED and self.verify_by is not None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the registrant is told.

    reference: without dash (`display_reference` adds it). position: the ticket number when waitlisted. repeated:
    nothing new was stored, for the same was sent before; for logs, not for the answer.
    """

    id: str
    reference: str
    status: Status
    position: int | None = None
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The promise that a repeated request gets its first answer again.

    key: the client's, or one made of the answers (of_answers): such a one is forgotten when the
    submission is cancelled, so that the same person may come back. imported: it stands for a row of
    a file: kept when the submission is cancelled, so that the same file brings nobody back, and
    forgotten when it is erased. fingerprint: HMAC of form and answers. expires_at: until when the
    promise holds. earlier: keys and fingerprints that older guard keys make of the same request; a
    promise that was given under one of them is kept.
    """

    key: str
    fingerprint: str
    expires_at: datetime
    of_answers: bool = False
    imported: bool = False
    earlier: tuple[tuple[str, str], ...] = ()

    @property
    def fingerprints(self) -> frozenset[str]:
        """All fingerprints of the request."""
        return frozenset({self.fingerprint, *(fingerprint for _, fingerprint in self.earlier)})


@dataclass(frozen=True, slots=True)
class Once:
    """A person may take an option only once.

    person_fingerprint: HMAC of the address's key and, where the form names who takes part (`name_field`), that name:
    a guardian with one address registers each of their children. earlier: the same under older guard keys; a guard that
    was set up under one of them still counts.
    """

    option: str
    person_fingerprint: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a submission's history, without anything personal of the registrant's.

    id: a ULID. what: submitted, imported, `edited` with the names of the fields, or what
    `domain.transitions.ACTS` says. by: an IAM principal, `registrant` or `system`. status, version:
    the submission's after this; None in lines of before there were any.
    """

    id: str
    at: datetime
    what: str
    by: str
    status: Status | None = None
    version: int | None = None
    was: Status | None = None
    moved: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class MailRecord:
    """What became of one mail; see `domain.mail` for its kind, version, copy, sending and state.

    attempts: how often its sending began: each beyond the first may have mailed once more. problem: what the last
    attempt failed with, as a code. asked_at: when the staff asked for it.
    """

    kind: str
    version: int
    state: str
    message_id: str | None = None
    sent_at: datetime | None = None
    lease_until: datetime | None = None
    copy: int = 0
    sending: str | None = None
    attempts: int = 1
    problem: str | None = None
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SubmissionDetails:
    """A submission with its history (oldest first) and its mails."""

    submission: Submission
    events: tuple[Event, ...]
    mails: tuple[MailRecord, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some submissions, newest first. cursor: where the next page begins; None when there is none."""

    submissions: tuple[Submission, ...]
    cursor: str | None


def mailbox(address: str) -> str:
    """Return what the addresses of one mailbox have in common, as far as providers commonly have it.

    `robin.ek+club@example.org` reaches `robinek@example.org` at many; where it doesn't, two people share a count.
    """
    local, _, domain = email_key(address).rpartition("@")
    untagged = local.partition("+")[0].replace(".", "")
    return f"{untagged or local}@{'gmail.com' if domain == 'googlemail.com' else domain}"


def email_key(address: str) -> str:
    """Return what two spellings of one address have in common: all lower case."""
    return address.lower()
