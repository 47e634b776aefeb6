"""The journal: what happened to all submissions, which mails there are, and what waits for somebody's judgement."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from registration_core.domain.submission import Event, MailRecord


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """A line of one submission's history. id: the submission's."""

    id: str
    event: Event


@dataclass(frozen=True, slots=True)
class JournalMail:
    """A mail. id: the submission's that it is about, or a form's name. at: when its state last changed."""

    id: str
    mail: MailRecord
    at: datetime


class Journal(ABC):
    """Reads over all submissions at a cost that does not grow with the table, but with what is found.

    What was written a moment ago may be missing. Each method may raise StorageUnavailableError.
    """

    @abstractmethod
    def events(self, form: str, *, since: datetime, until: datetime | None = None) -> Iterator[JournalEvent]:
        """Yield what happened to a form's submissions, newest first."""

    @abstractmethod
    def mails(self, *, since: datetime) -> Iterator[JournalMail]:
        """Yield the mails that went out, or that nobody was to get, newest first."""

    @abstractmethod
    def open_mails(self, *, since: datetime) -> Iterator[JournalMail]:
        """Yield the mails that are on their way, came back, or were kept from a suppressed address, newest first."""

    @abstractmethod
    def spam(self, form: str, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[str]:
        """Yield the IDs of a form's submissions that are suspected spam now, newest first."""
