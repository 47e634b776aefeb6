"""Submissions: filled-in forms with their history and mails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from registration_core.domain.attendance import CheckIn
    from registration_core.domain.files import StoredFile
    from registration_core.domain.notes import Note


class Status(StrEnum):
    """A submission's status; `domain.transitions` lists the possible changes."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"
    SPAM = "spam"
    ERASED = "erased"


SEATED = frozenset({Status.PENDING, Status.CONFIRMED})
"""The statuses that hold a seat."""
STANDING = SEATED | {Status.WAITLISTED}
"""Statuses of a submission that stops its registrant from registering again."""
SPAM_KEPT = timedelta(days=30)
"""How long spam is kept, unless the form's retention is shorter."""


@dataclass(frozen=True, slots=True)
class Submission:
    """One submission.

    id: the form's prefix and a ULID. reference: eight letters, without the dash. email: the
    registrant's address; empty once erased. version: counts changes, from 1. expires_at: from then
    on no reader returns it. option: the counted option that it is about. position: its ticket while
    waitlisted. verify_by: when a pending submission loses its seat; kept if it lapsed, see
    `lapsed`. verified_at: when the registrant verified the address, or staff did. quiet: no mail is
    sent about its arrival. spam_sign: why it was suspected spam when it arrived, see
    `domain.spam.spam_sign`. labels: the staff's, see `domain.labels`; sorted. notes: the staff's,
    oldest first. check_ins: one per day, sorted. members: the IDs of all that were sent together,
    its own too, in the order of the form; empty if it was sent alone. files: in the order of their
    arrival. Times are aware, in UTC, to the millisecond; expires_at and verify_by to the second.
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
    labels: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    check_ins: tuple[CheckIn, ...] = ()
    members: tuple[str, ...] = ()
    files: tuple[StoredFile, ...] = ()

    @property
    def group(self) -> str | None:
        """The ID of the group, which is that of its first submission; None if it was sent alone."""
        return self.members[0] if self.members else None

    @property
    def seated(self) -> bool:
        """Whether the submission holds a seat."""
        return self.option is not None and self.status in SEATED

    def overdue(self, now: datetime) -> bool:
        """Whether the time to verify the submission is over."""
        return self.status is Status.PENDING and self.verify_by is not None and self.verify_by <= now

    def expires_as_spam(self, marked_at: datetime) -> datetime:
        """Return when the submission expires if it is marked as spam then."""
        return min(self.expires_at, marked_at.replace(microsecond=0) + SPAM_KEPT)

    def erased(self) -> Submission:
        """Return what is left of the submission when it is erased: nothing personal, one version on."""
        return replace(
            self,
            status=Status.ERASED,
            version=self.version + 1,
            answers={},
            email="",
            position=None,
            verify_by=None,
            verified_at=None,
            spam_sign=None,
            labels=(),
            notes=(),
            check_ins=(),
            files=(),
        )

    @property
    def lapsed(self) -> bool:
        """Whether the submission was cancelled because nobody verified it in time."""
        return self.status is Status.CANCELLED and self.verify_by is not None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the registrant gets back.

    reference: without the dash (`display_reference` adds it). position: the ticket, if waitlisted.
    repeated: nothing new was stored, because this was sent before; for logs, not for the response.
    group: the receipts of all participants, if several were sent together; this is the first's.
    """

    id: str
    reference: str
    status: Status
    position: int | None = None
    repeated: bool = False
    group: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The promise that a repeated request gets its first response again.

    key: the client's, or one derived from the answers (of_answers). A derived key is deleted when
    the submission is cancelled, so that the person can register again. imported: the key is a
    file's row. It is kept when the submission is cancelled, so that importing the file again brings
    nobody back, and deleted when it is erased. fingerprint: HMAC of form and answers. expires_at:
    when the promise ends. earlier: the request's keys and fingerprints under older guard keys,
    which still count.
    """

    key: str
    fingerprint: str
    expires_at: datetime
    of_answers: bool = False
    imported: bool = False
    earlier: tuple[tuple[str, str], ...] = ()

    @property
    def fingerprints(self) -> frozenset[str]:
        """The request's fingerprints under all guard keys."""
        return frozenset({self.fingerprint, *(fingerprint for _, fingerprint in self.earlier)})


@dataclass(frozen=True, slots=True)
class Once:
    """The rule that a person takes an option only once.

    person_fingerprint: HMAC of the address and, if the form has a `name_field`, the participant's
    name, so that a guardian can register several children. earlier: the same under older guard
    keys, which still count.
    """

    option: str
    person_fingerprint: str
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a submission's history, without the registrant's personal data.

    id: a ULID. what: submitted, imported, `edited` with the fields' names, `labelled` or
    `unlabelled` with the label, `noted`, `note removed`, `checked in` or `check-in undone` with the
    day, one of `domain.transitions.ACTS`, or a repair. by: an IAM principal, a member of staff's
    user name, `registrant` or `system`. status, version: after the event; None in lines from before we stored
    them.
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

    attempts: how often sending started; each after the first may have mailed again. problem: the
    last attempt's error code. asked_at: when staff asked for it. asked_key: the idempotency key of
    their request.
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
    asked_key: str | None = None


@dataclass(frozen=True, slots=True)
class SubmissionDetails:
    """A submission with its history (oldest first) and its mails."""

    submission: Submission
    events: tuple[Event, ...]
    mails: tuple[MailRecord, ...]


@dataclass(frozen=True, slots=True)
class SubmissionPage:
    """A page of a list of submissions, newest first. cursor: for the next page; None on the last."""

    submissions: tuple[Submission, ...]
    cursor: str | None


def mailbox(address: str) -> str:
    """Return the mailbox of an address, by the rules of most providers.

    At many, `robin.ek+club@example.org` reaches `robinek@example.org`. At others, two people share
    a count.
    """
    local, _, domain = email_key(address).rpartition("@")
    untagged = local.partition("+")[0].replace(".", "")
    return f"{untagged or local}@{'gmail.com' if domain == 'googlemail.com' else domain}"


def email_key(address: str) -> str:
    """Return the address in lower case, which is the same for all its spellings."""
    return address.lower()
