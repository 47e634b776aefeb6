"""What mailing needs of the world beside the repository, the mailer and the queue."""

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
    """What the mail service told of mails that it took. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def note(self, request: MailRequest, state: MailState) -> bool:
        """Note what became of a mail, and return whether that changed anything.

        It comes in any order and more than once: a complaint outweighs a bounce, and that a delivery. A mail that is
        not known, or not any more, stays so.
        """


class SuppressionList(ABC):
    """The addresses that bounced or complained. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def add(self, address: str, *, reason: MailState, expires_at: datetime) -> None:
        """Mail this address no more, in any spelling, until then; the longest time given counts."""

    @abstractmethod
    def holds(self, address: str) -> bool:
        """Whether this address, in any spelling, is not to be mailed now."""

    @abstractmethod
    def lift(self, address: str, *, entries: Sequence[Submission], by: str) -> None:
        """Let this address be mailed again, all or nothing, whether it is on the list or not.

        entries: the address's submissions. The histories of the first twenty record the change. by:
        see `Event`.
        """


class AccountSuppressions(ABC):
    """The addresses that the mail provider itself mails no more, whatever we ask.

    Each method may raise MailerError, or AccountSuppressionsDeniedError.
    """

    @abstractmethod
    def holds(self, address: str) -> bool:
        """Whether the provider suppresses this address, spelt as it is mailed."""

    @abstractmethod
    def lift(self, address: str) -> bool:
        """Have the provider mail this address again; False when it is not on the list."""


class AskedMails(ABC):
    """The mails that the staff ask for. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def ask(self, request: MailRequest, entry: Submission, *, what: str, by: str) -> None:
        """Note, all or nothing, that this mail is to be sent, and write it into the submission's history.

        entry: the submission as it was read. what, by: see `Event`. Raises EntryChangedError if the
        submission changed since, MailAskedError if this mail was already asked for.
        """

    @abstractmethod
    def states(self, requests: Iterable[MailRequest]) -> Mapping[tuple[str, str], MailState]:
        """Return the states of known mails by submission ID and mail name."""


class Sendings(ABC):
    """The staff's sendings. Each method may raise StorageUnavailableError; what has expired is never seen."""

    @abstractmethod
    def get(self, sending: str) -> Sending:
        """Return one sending by its ID. Raises SendingNotFoundError."""

    @abstractmethod
    def of(self, digest: str) -> Sequence[Sending]:
        """Return all sendings of the same words, in the order of their numbers."""

    @abstractmethod
    def begin(self, sending: Sending) -> bool:
        """Keep a sending; False when there is one of this digest and number already, which stays as it is."""

    @abstractmethod
    def end(self, sending: Sending, *, at: datetime) -> None:
        """Note that all of a sending was queued by then, and keep it until its `expires_at`, which may be another."""


class DeadLetters(ABC):
    """A queue of messages that failed too often. Each method may raise DeadLettersError; nothing is ever lost."""

    @abstractmethod
    def hold(self) -> Sequence[DeadLetter]:
        """Return all that lies there, and keep it from others for two minutes or until it is released."""

    @abstractmethod
    def release(self, letters: Iterable[DeadLetter]) -> None:
        """Let others see held letters again, at once."""

    @abstractmethod
    def remove(self, letter: DeadLetter) -> None:
        """Take a held letter out for good, once what it asked for was seen to."""


class Changes(ABC):
    """The table's changes, kept for a day."""

    @abstractmethod
    def read(self, span: ChangeSpan) -> Sequence[Change | Notice]:
        """Return the changes of a stretch. Raises ChangesGoneError when the day is over, DeadLettersError."""
