"""Ports for mail, besides the repository, the mailer and the queue."""

from __future__ import annotations

from abc import ABC, abstractmethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.dead_letters import ChangeSpan, DeadLetter
    from registration_core.domain.mail import Change, MailRequest, MailState, Notice
    from registration_core.domain.sendings import Sending
    from registration_core.domain.submission import Submission


class MailOutcomes(ABC):
    """What the mail service reports about mails. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def note(self, request: MailRequest, state: MailState) -> bool:
        """Record what became of a mail, and return whether that changed anything.

        Reports come in any order and more than once: a complaint outweighs a bounce, and a bounce a
        delivery. Reports on unknown mails are ignored.
        """


class SuppressionList(ABC):
    """Addresses that bounced or complained. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def add(self, address: str, *, reason: MailState, expires_at: datetime) -> None:
        """Suppress this address, in any spelling, until then. A later call can only extend the time."""

    @abstractmethod
    def holds(self, address: str) -> bool:
        """Whether this address, in any spelling, is suppressed now."""

    @abstractmethod
    def lift(self, address: str, *, entries: Sequence[Submission], by: str) -> None:
        """Remove this address from the list, all or nothing, whether it is on it or not.

        entries: the address's submissions. The histories of the first twenty record the change. by:
        see `Event`.
        """


class Unsubscriptions(ABC):
    """Addresses whose owners want none of a form's mails that aren't about the contract.

    In any spelling. Each method may raise StorageUnavailableError.
    """

    @abstractmethod
    def add(self, submission: Submission, *, expires_at: datetime) -> None:
        """Add a submission's address for its form, until then, with a line in its history. Safe to repeat."""

    @abstractmethod
    def holds(self, submission: Submission) -> bool:
        """Whether a submission's address is on the list of its form."""

    @abstractmethod
    def lift(self, submission: Submission, *, by: str) -> None:
        """Take a submission's address off the list of its form, with a line in its history. by: see `Event`."""


class AccountSuppressions(ABC):
    """Addresses that the mail provider itself suppresses.

    Each method may raise MailerError, or AccountSuppressionsDeniedError.
    """

    @abstractmethod
    def holds(self, address: str) -> bool:
        """Whether the provider suppresses exactly this address."""

    @abstractmethod
    def lift(self, address: str) -> bool:
        """Remove this address from the provider's list. Return False if it isn't on it."""


class AskedMails(ABC):
    """Mails that staff ask for. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def ask(self, request: MailRequest, submission: Submission, *, what: str, by: str, key: str | None = None) -> None:
        """Record, all or nothing, that this mail is to be sent, also in the submission's history.

        submission: as it was read. what, by: see `Event`. key: of the request, see `MailRecord`.
        Raises SubmissionChangedError if the submission changed since, MailAskedError if this mail
        was already asked for.
        """

    @abstractmethod
    def states(self, requests: Iterable[MailRequest]) -> Mapping[tuple[str, str], MailState]:
        """Return the states of known mails by submission ID and mail name."""


class Sendings(ABC):
    """Staff's sendings. Each method may raise StorageUnavailableError. Expired ones are never returned."""

    @abstractmethod
    def get(self, sending: str) -> Sending:
        """Return the sending with this ID. Raises SendingNotFoundError."""

    @abstractmethod
    def of(self, digest: str) -> Sequence[Sending]:
        """Return all sendings with the same text, by number."""

    @abstractmethod
    def begin(self, sending: Sending) -> bool:
        """Store a sending. Return False if one with this digest and number exists: that hasn't ended from now on."""

    @abstractmethod
    def end(self, sending: Sending, *, at: datetime) -> None:
        """Record that all of a sending was queued by then, and keep it until its `expires_at`, which may be new."""


class DeadLetters(ABC):
    """A queue of messages that failed too often. Each method may raise DeadLettersError, and loses nothing."""

    @abstractmethod
    def hold(self) -> Sequence[DeadLetter]:
        """Return all messages, and hide them from others for two minutes or until they are released."""

    @abstractmethod
    def release(self, letters: Iterable[DeadLetter]) -> None:
        """Make held messages visible to others again."""

    @abstractmethod
    def remove(self, letter: DeadLetter) -> None:
        """Delete a held message, after what it asked for was done."""


class Changes(ABC):
    """The table's changes, kept for a day."""

    @abstractmethod
    def read(self, span: ChangeSpan) -> Sequence[Change | Notice]:
        """Return the changes of a range. Raises ChangesGoneError after a day, or DeadLettersError."""
