"""What the services need of the world; adapters subclass these, and so do the tests' fakes."""

from __future__ import annotations

from abc import ABC, abstractmethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.mail import (
        MailFacts,
        MailKind,
        MailRequest,
        MailState,
        OutgoingMail,
        RenderedMail,
    )
    from registration_core.domain.submission import Idempotency, Once, Page, Receipt, Submission, SubmissionDetails


class Clock(ABC):
    """The time."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the present moment, aware, in UTC."""


class Signer(ABC):
    """The secret key's one use: fingerprints that nobody without the key can make or guess from."""

    @abstractmethod
    def fingerprint(self, purpose: str, value: str) -> str:
        """Return HMAC-SHA256 of purpose and value as 64 hexadecimal letters."""


class FormCatalogue(ABC):
    """The forms that there are."""

    @abstractmethod
    def get(self, name: str) -> Form:
        """Return the form of this name. Raises UnknownFormError."""

    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the names of all forms, sorted."""


class SubmissionRepository(ABC):
    """Where entries are kept. Each method may raise StorageUnavailableError; what has expired is never seen."""

    @abstractmethod
    def add(self, submission: Submission, *, once: Once | None, idempotency: Idempotency) -> Receipt:
        """Store an entry, all or nothing, and return its receipt.

        The same idempotency key again: with the same fingerprint the first receipt again (repeated); with another
        one KeyReusedError. The same address for the same option again (`once`): a receipt like a fresh entrant's,
        whose reference leads to the first entry (repeated). A reference that is taken already is replaced by a new
        one.
        """

    @abstractmethod
    def get(self, submission_id: str) -> Submission:
        """Return one entry. Raises SubmissionNotFoundError."""

    @abstractmethod
    def by_reference(self, reference: str) -> Submission:
        """Return the entry that a reference (stored form, without dash) leads to. Raises SubmissionNotFoundError."""

    @abstractmethod
    def details(self, submission_id: str) -> SubmissionDetails:
        """Return one entry with its history and mails. Raises SubmissionNotFoundError."""

    @abstractmethod
    def list(self, form: str, *, since: datetime, limit: int, cursor: str | None = None) -> Page:
        """Return a form's entries of `since` or later, newest first, at most `limit` of them (1 or more).

        form: its name. cursor: what the page before gave. Raises InvalidCursorError.
        """

    @abstractmethod
    def by_email(self, address: str, *, limit: int) -> tuple[Submission, ...]:
        """Return the newest `limit` entries of this address in any spelling, of all forms, newest first."""

    @abstractmethod
    def lease_mail(self, request: MailRequest, *, holder: str, until: datetime, expires_at: datetime) -> bool:
        """Take the right to send one mail until then; False when it was sent already.

        holder: who takes it, another for each attempt. expires_at: the entry's own. Raises MailHeldError when another
        holds it; a lease that ran out is taken over.
        """

    @abstractmethod
    def mark_mail_sent(self, request: MailRequest, *, holder: str, message_id: str) -> None:
        """Note that the leased mail was sent. Raises MailLeaseLostError when another took the lease over meanwhile."""

    @abstractmethod
    def release_mail(self, request: MailRequest, *, holder: str) -> None:
        """Give a lease back.

        Surely nothing was sent, so anyone may try at once. No effect when another took it over.
        """

    @abstractmethod
    def end_mail(self, request: MailRequest, *, holder: str, state: MailState) -> None:
        """Note that the leased mail is never sent, and why. No effect when another took the lease over meanwhile."""


class RateCounter(ABC):
    """Counts what one sender does in one window of time. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def take(self, sender: str, window: str, *, request: str, most: int, expires_at: datetime) -> bool:
        """Count one request of a sender; False, and nothing is counted, when `most` others were counted already.

        sender: a fingerprint. window: which stretch of time. request: the same request sent again counts once.
        expires_at: when the window is over, and its count forgotten.
        """


class HumanCheck(ABC):
    """Tells people from programs, by a token that a third party gave the browser."""

    @abstractmethod
    def ensure_human(self, token: str, *, address: str, request: str) -> None:
        """Raise HumanCheckFailedError for a token that proves nothing, HumanCheckUnavailableError when in doubt.

        address: whom it came from. request: names the request, so that a repeated one may bring the same token.
        """


class MailRenderer(ABC):
    """Turns an entry into a mail's words."""

    @abstractmethod
    def render(self, kind: MailKind, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
        """Return the mail's subject, text, HTML and what goes with it. Raises MailTemplateError."""


class Mailer(ABC):
    """Sends mails."""

    @abstractmethod
    def send(self, mail: OutgoingMail) -> str:
        """Send one mail and return the service's message ID.

        Raises MailerError when surely nothing was sent (a later attempt may do), MailRefusedError when no attempt
        ever will do. Any other error leaves open whether it was sent.
        """


class MailQueue(ABC):
    """Where mail requests wait for notify."""

    @abstractmethod
    def put(self, requests: Sequence[MailRequest]) -> None:
        """Queue all requests. Raises MailQueueError when the queue did not take every one."""
