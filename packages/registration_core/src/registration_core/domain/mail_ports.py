"""What mailing needs of the world beside the repository, the mailer and the queue."""

from __future__ import annotations

from abc import ABC, abstractmethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.mail import MailRequest, MailState


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
