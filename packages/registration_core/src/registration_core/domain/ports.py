"""What the services need of the world; adapters subclass these, and so do the tests' fakes."""

from __future__ import annotations

from abc import ABC, abstractmethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from registration_core.domain.forms import Form
    from registration_core.domain.mail import (
        MailFacts,
        MailRequest,
        MailState,
        OutgoingMail,
        RenderedMail,
    )
    from registration_core.domain.quota import PublicSeats, QuotaState
    from registration_core.domain.submission import (
        Idempotency,
        Once,
        Page,
        Receipt,
        Status,
        Submission,
        SubmissionDetails,
    )


class Clock(ABC):
    """The time."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the present moment, aware, in UTC, to the millisecond: as exactly as the table keeps it."""


class Signer(ABC):
    """The secret key's one use: fingerprints that nobody without the key can make or guess from."""

    @abstractmethod
    def fingerprint(self, purpose: str, value: str) -> str:
        """Return HMAC-SHA256 of purpose and value as 64 hexadecimal letters, under the key in force."""

    def fingerprints(self, purpose: str, value: str) -> Sequence[str]:
        """Return `fingerprint`, then those that older keys make: what was stored under them is still recognised."""
        return (self.fingerprint(purpose, value),)


class FormCatalogue(ABC):
    """The forms that there are."""

    @abstractmethod
    def get(self, name: str) -> Form:
        """Return the form of this name. Raises UnknownFormError."""

    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the names of all forms, sorted."""


class SubmissionRepository(ABC):
    """Where submissions are kept. Each method may raise StorageUnavailableError; what has expired is never seen."""

    @abstractmethod
    def add(
        self,
        submission: Submission,
        *,
        once: Once | None,
        idempotency: Idempotency,
        imported_by: str | None = None,
        first: tuple[str, str, datetime] | None = None,
    ) -> Receipt:
        """Store a submission as it is, all or nothing, and return its receipt; see `services.seating` for who calls.

        The same idempotency key again: with the same fingerprint the first receipt again (repeated); with another
        one KeyReusedError. Spam is stored without taking seat, ticket or `once`. imported_by: the IAM principal who
        enters it for the registrant; the history names them.

        first: what `standing` returned. Then nothing of the submission is stored, by as many writes of the same
        weight: its reference leads to the first one, which gets a notice of that day, and a ticket is nobody's.

        What stands in the way is raised, and nothing is stored: AlreadyRegisteredError for `once` (or when `first`
        stands no longer), QuotaNotFoundError, NoSeatError, TicketSettledError, ReferenceTakenError.
        """

    @abstractmethod
    def standing(self, form: str, once: Once) -> tuple[str, str, datetime] | None:
        """Return which submission stands for a person and option: its ID, its guard's fingerprint, and until when."""

    @abstractmethod
    def take_ticket(self, form: str, option: str, *, holder: str) -> int | None:
        """Return the next ticket for an option, or None when newcomers get a seat of it right now.

        holder: who asks; the same twice in a row gets the same one. Raises QuotaNotFoundError.
        """

    @abstractmethod
    def settle_ticket(self, form: str, option: str, ticket: int) -> None:
        """Count a ticket that no submission holds as departed, and see to it that none ever will. Once only."""

    @abstractmethod
    def make_quotas(self, form: str, capacities: Mapping[str, int]) -> None:
        """Make the quotas that these options don't have yet, each with its capacity."""

    @abstractmethod
    def get(self, submission_id: str) -> Submission:
        """Return one submission. Raises SubmissionNotFoundError."""

    @abstractmethod
    def by_reference(self, reference: str) -> Submission:
        """Return the submission with this reference (without the dash). Raises SubmissionNotFoundError."""

    @abstractmethod
    def details(self, submission_id: str) -> SubmissionDetails:
        """Return one submission with its history and mails. Raises SubmissionNotFoundError."""

    @abstractmethod
    def list(self, form: str, *, since: datetime, limit: int, cursor: str | None = None) -> Page:
        """Return a form's submissions of `since` or later, newest first, at most `limit` of them (1 or more).

        What was erased is not among them. form: its name. cursor: what the page before gave. Raises
        InvalidCursorError.
        """

    @abstractmethod
    def newest(
        self,
        form: str,
        *,
        since: datetime,
        until: datetime | None = None,
        statuses: frozenset[Status] = frozenset(),
        option: str | None = None,
        cursor: str | None = None,
        page_size: int = 500,
    ) -> Iterator[Submission]:
        """Yield a form's submissions that `Selection` would admit, newest first, reading on as more are asked for.

        cursor: the ID of the submission that was given last; only older ones follow. page_size: how
        many are expected to be asked for, so that no more is read than that needs. Raises
        InvalidCursorError, before anything is read.
        """

    @abstractmethod
    def by_email(self, address: str, *, limit: int) -> tuple[Submission, ...]:
        """Return the newest `limit` submissions of this address in any spelling, of all forms, newest first."""

    @abstractmethod
    def quotas(self, form: str, options: Sequence[str]) -> Mapping[str, QuotaState]:
        """Return how the quotas of a form's options stand, by option; those that nobody made yet are left out."""

    @abstractmethod
    def rank(self, form: str, option: str, ticket: int) -> int:
        """Return how many wait with this ticket or a lower one: 1 for the next to be promoted."""

    @abstractmethod
    def waiting(self, form: str, option: str) -> Sequence[str]:
        """Return the IDs of the submissions that wait for an option, the lowest ticket first."""

    @abstractmethod
    def several(self, submission_ids: Iterable[str]) -> Mapping[str, Submission]:
        """Return submissions by their IDs, in the order asked; those that are gone are left out."""

    @abstractmethod
    def lease_mail(self, request: MailRequest, *, holder: str, until: datetime, expires_at: datetime) -> bool:
        """Take the right to send one mail until then; False when it was sent already.

        holder: who takes it, another for each attempt. expires_at: the submission's own. Raises
        MailHeldError when another holds it; a lease that ran out is taken over.
        """

    @abstractmethod
    def mark_mail_sent(self, request: MailRequest, *, holder: str, message_id: str) -> None:
        """Note that the leased mail was sent. Raises MailLeaseLostError when another took the lease over meanwhile."""

    @abstractmethod
    def release_mail(self, request: MailRequest, *, holder: str, problem: str) -> None:
        """Give a lease back, and note why as a code without anything personal.

        Surely nothing was sent, so anyone may try at once. No effect when another took it over.
        """

    @abstractmethod
    def end_mail(self, request: MailRequest, *, holder: str, state: MailState) -> None:
        """Note that the leased mail is never sent, and why. No effect when another took the lease over meanwhile."""


class ManagedRepository(SubmissionRepository):
    """Submissions and seats as those change them who look after them. Each method is safe to repeat."""

    @abstractmethod
    def change(
        self, before: Submission, after: Submission, *, what: str, by: str, once: Once | None = None
    ) -> Submission:
        """Store a changed submission, its line of history and what it holds of its option, all or nothing; return it.

        before: as it was read. after: the same submission of the same form, with other values and
        `version` one higher; a waitlisted one with the ticket that `take_ticket` gave as its
        position. Of another option, it gives back what it holds of the old one and gets a
        newcomer's place in the new one. what, by: see `Event`. once: who it stands for from now on;
        None leaves that as it is. A submission that neither holds a seat nor waits any longer no
        longer keeps its registrant from a new one.

        Raises EntryChangedError when it is not as `before` any more, TicketSettledError when its
        ticket departed, NoSeatError when a seat is wanted but none is free (for one who doesn't
        wait for it yet: none free with nobody waiting), QuotaNotFoundError when the option's quota
        was never made, AlreadyRegisteredError when `once` is another submission's.
        """

    @abstractmethod
    def erase(self, before: Submission, *, by: str) -> Submission:
        """Free up the submission's seat or ticket, remove all its personal values and return what is left.

        Its ID stands in the ledger of erased submissions from then on. Raises EntryChangedError.
        """

    @abstractmethod
    def abandoned_tickets(self, form: str, option: str, *, age: timedelta) -> Sequence[int]:
        """Return tickets given out at least so long ago that no submission holds and that never departed.

        They are known by comparing with what a call before saw, so some are found by a later call
        only.
        """

    @abstractmethod
    def next_waiting(self, form: str, option: str) -> str | None:
        """Return the ID of the submission with the lowest ticket.

        None when nobody waits, or when a lower ticket was given out whose submission may still be
        on its way.
        """

    @abstractmethod
    def known(self, form: str, *, once: Once | None, key: str | None = None) -> str | None:
        """Return the ID of the submission that `Seating.add` would answer with rather than store one, if there is one.

        once, key: None for what is not asked about.
        """

    @abstractmethod
    def set_capacity(
        self, form: str, option: str, capacity: int, *, by: str | None = None, instead_of: int | None = None
    ) -> QuotaState:
        """Give an option another capacity, and return how its quota stands.

        by: an IAM principal, noted with the quota; None notes nobody. instead_of: the capacity that it must have
        before; None for any. Raises QuotaNotFoundError, QuotaChangedError.
        """

    @abstractmethod
    def show_seats(self, form: str, option: str, seats: PublicSeats) -> None:
        """Tell the public this of an option's seats from now on. Raises QuotaNotFoundError."""

    @abstractmethod
    def overdue(self, form: str, options: Sequence[str], *, since: datetime) -> Sequence[str]:
        """Return the IDs of pending submissions of a form that were to be verified by now.

        options: the counted ones, whose seats are all looked at; of others, submissions submitted
        `since` then.
        """

    @abstractmethod
    def erased(self, *, since: datetime) -> Sequence[str]:
        """Return the IDs in the ledger of what was erased in the month of `since` or later, sorted by month."""


class RateCounter(ABC):
    """Counts what one sender does in one window of time. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def take(self, sender: str, window: str, *, most: int, expires_at: datetime, request: str | None = None) -> bool:
        """Count one request of a sender; False, and nothing is counted, when `most` others were counted already.

        sender: a fingerprint. window: which stretch of time. expires_at: when that is over, and the count forgotten.
        request: a fingerprint of it; the same one again counts once. None counts every call. One sender's window is
        counted in one way.
        """


class HumanCheck(ABC):
    """Tells people from programs, by a token that a third party gave the browser."""

    @abstractmethod
    def ensure_human(self, token: str, *, address: str, request: str) -> None:
        """Raise HumanCheckFailedError for a token that proves nothing, HumanCheckUnavailableError when in doubt.

        address: whom it came from. request: names the request, so that a repeated one may bring the same token.
        """


class MailRenderer(ABC):
    """Turns a submission into a mail's words."""

    @abstractmethod
    def render(self, kind: str, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
        """Return the mail's subject, text, HTML and what goes with it. Raises MailTemplateError.

        kind: a MailKind, or the name of one of the form's own mails.
        """


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
