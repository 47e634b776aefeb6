"""The journal: the history of all submissions, their mails, and suspected spam."""

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
    """One event in a submission's history. id: the submission's."""

    id: str
    event: Event


@dataclass(frozen=True, slots=True)
class JournalMail:
    """One mail. id: its submission's ID, or a form's name. at: when its state last changed."""

    id: str
    mail: MailRecord
    at: datetime


class Journal(ABC):
    """Reads across all submissions, whose cost grows with the results and not with the table.

    The last few seconds may be missing. Each method may raise StorageUnavailableError.
    """

    @abstractmethod
    def events(self, form: str, *, since: datetime, until: datetime | None = None) -> Iterator[JournalEvent]:
        """Yield the events of a form's submissions, newest first."""

    @abstractmethod
    def mails(self, *, since: datetime) -> Iterator[JournalMail]:
        """Yield the mails that were sent or not sent, newest first."""

    @abstractmethod
    def open_mails(self, *, since: datetime) -> Iterator[JournalMail]:
        """Yield the mails that are queued, bounced or suppressed, newest first."""

    @abstractmethod
    def spam(self, form: str, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[str]:
        """Yield the IDs of a form's suspected spam, newest first."""
