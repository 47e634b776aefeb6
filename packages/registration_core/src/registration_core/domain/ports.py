"""Ports: what the services need from outside. Adapters subclass these, and so do the tests' fakes."""

from __future__ import annotations

from abc import ABC, abstractmethod

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from registration_core.domain.forms import Form
    from registration_core.domain.groups import Newcomer, Share
    from registration_core.domain.mail import (
        MailFacts,
        MailRequest,
        MailState,
        OutgoingMail,
        RenderedMail,
    )
    from registration_core.domain.openings import Override, Overrides
    from registration_core.domain.quota import PublicSeats, QuotaState
    from registration_core.domain.submission import (
        Idempotency,
        Once,
        Receipt,
        Status,
        Submission,
        SubmissionDetails,
        SubmissionPage,
    )


class Clock(ABC):
    """The time."""

    @abstractmethod
    def now(self) -> datetime:
        """Return the current time, aware, in UTC, to the millisecond, as the table stores it."""


class Signer(ABC):
    """Makes fingerprints with a secret key. Without the key, nobody can make one or guess its value."""

    @abstractmethod
    def fingerprint(self, purpose: str, value: str) -> str:
        """Return the HMAC-SHA256 of purpose and value under the current key, as 64 hexadecimal letters."""

    def fingerprints(self, purpose: str, value: str) -> Sequence[str]:
        """Return `fingerprint`, then those of older keys, so that values stored under them are still recognised."""
        return (self.fingerprint(purpose, value),)


class FormCatalogue(ABC):
    """The stack's forms."""

    @abstractmethod
    def get(self, name: str) -> Form:
        """Return the form with this name. Raises UnknownFormError."""

    @abstractmethod
    def names(self) -> Sequence[str]:
        """Return the names of all forms, sorted."""


class SubmissionRepository(ABC):
    """Stores submissions. Each method may raise StorageUnavailableError. Expired submissions are never returned."""

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
        """Store a submission unchanged, all or nothing, and return its receipt. Only `services.seating` calls this.

        A repeated idempotency key with the same fingerprint returns the first receipt (`repeated`);
        with another fingerprint it raises KeyReusedError. Spam is stored without a seat, ticket or
        `once`. imported_by: the IAM principal who imports it; the history names them.

        first: what `standing` returned. Then the submission isn't stored, but the transaction has
        as many writes of the same size: the reference leads to the first submission, which gets a
        notice for that day, and a ticket stays without a holder.

        Stores nothing and raises AlreadyRegisteredError because of `once` (or if `first` is
        outdated), QuotaNotFoundError, NoSeatError, TicketSettledError or ReferenceTakenError.
        """

    @abstractmethod
    def add_group(
        self, newcomers: Sequence[Newcomer], shares: Mapping[str, Share], *, idempotency: Idempotency
    ) -> Receipt:
        """Store the submissions of a group, all or none, and return the first's receipt with all; see `add`.

        shares: what they take of each counted option. Only `services.group_seating` calls this. Raises
        what `add` raises, and NoSeatError also if an option's quota changed in the meantime.
        """

    @abstractmethod
    def standing(self, form: str, once: Once) -> tuple[str, str, datetime] | None:
        """Return the person's submission for the option: its ID, its guard's fingerprint, and when it expires."""

    @abstractmethod
    def take_ticket(self, form: str, option: str, *, holder: str) -> int | None:
        """Return the next ticket for an option, or None if a seat is available.

        holder: who asks. The same holder twice in a row gets the same ticket. Raises
        QuotaNotFoundError.
        """

    @abstractmethod
    def settle_ticket(self, form: str, option: str, ticket: int) -> None:
        """Count a ticket without a submission as departed, and make sure that none takes it later. Safe to repeat."""

    @abstractmethod
    def make_quotas(self, form: str, capacities: Mapping[str, int]) -> None:
        """Create the missing quotas of these options with their capacities."""

    @abstractmethod
    def get(self, submission_id: str) -> Submission:
        """Return a submission by its ID. Raises SubmissionNotFoundError."""

    @abstractmethod
    def by_reference(self, reference: str) -> Submission:
        """Return the submission with this reference (without the dash). Raises SubmissionNotFoundError."""

    @abstractmethod
    def details(self, submission_id: str) -> SubmissionDetails:
        """Return a submission with its history and mails. Raises SubmissionNotFoundError."""

    @abstractmethod
    def list(self, form: str, *, since: datetime, limit: int, cursor: str | None = None) -> SubmissionPage:
        """Return a form's submissions from `since` on, newest first, at most `limit` of them (1 or more).

        Without erased ones. form: its name. cursor: from the page before. Raises
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
        """Yield the form's submissions that match, newest first, reading more only when needed; see `Selection`.

        cursor: the ID of the last submission that you have; only older ones follow. page_size: how
        many you expect to need, so that no more are read. Raises InvalidCursorError before anything
        is read.
        """

    @abstractmethod
    def by_email(self, address: str, *, limit: int) -> tuple[Submission, ...]:
        """Return this address's newest `limit` submissions, in any spelling and for all forms, newest first."""

    @abstractmethod
    def quotas(self, form: str, options: Sequence[str]) -> Mapping[str, QuotaState]:
        """Return the quotas of a form's options by option, without those that aren't stored yet."""

    @abstractmethod
    def overrides(self, form: str) -> Overrides:
        """Return the overrides in force of a form's openings; see `domain.openings`."""

    @abstractmethod
    def seats_and_overrides(self, form: str, options: Sequence[str]) -> tuple[Mapping[str, QuotaState], Overrides]:
        """Return what `quotas` and `overrides` return, in one call."""

    @abstractmethod
    def rank(self, form: str, option: str, ticket: int) -> int:
        """Return a ticket's rank: 1 for the next to be promoted."""

    @abstractmethod
    def waiting(self, form: str, option: str) -> Mapping[str, int]:
        """Return the tickets on an option's waiting list by their submissions' IDs, lowest first."""

    @abstractmethod
    def several(self, submission_ids: Iterable[str]) -> Mapping[str, Submission]:
        """Return submissions by ID, in this order, without those that no longer exist."""

    @abstractmethod
    def lease_mail(self, request: MailRequest, *, holder: str, until: datetime, expires_at: datetime) -> bool:
        """Take the lease of one mail until then. Return False if it was already sent.

        holder: a new one for each attempt. expires_at: the submission's. Raises MailHeldError if
        another holder has the lease; an expired lease is taken over.
        """

    @abstractmethod
    def mark_mail_sent(self, request: MailRequest, *, holder: str, message_id: str) -> None:
        """Record that the leased mail was sent. Raises MailLeaseLostError if another holder took over the lease."""

    @abstractmethod
    def release_mail(self, request: MailRequest, *, holder: str, problem: str) -> None:
        """Release a lease, and record why, as a code without personal data.

        Nothing was sent, so anyone may try at once. Does nothing if another holder took over the
        lease.
        """

    @abstractmethod
    def end_mail(self, request: MailRequest, *, holder: str, state: MailState) -> None:
        """Record that the leased mail will not be sent, and why. Does nothing if another holder took over the lease."""


class ManagedRepository(SubmissionRepository):
    """Changes submissions and seats for staff and the system. Each method is safe to repeat."""

    @abstractmethod
    def change(
        self, before: Submission, after: Submission, *, what: str, by: str, once: Once | None = None
    ) -> Submission:
        """Store a changed submission, its history and its seat or ticket, all or nothing, and return it.

        before: as it was read. after: the same submission with other values and `version` one
        higher; if waitlisted, its position is a ticket from `take_ticket`. If the option changes,
        the submission gives up its old seat or ticket and gets what a newcomer would get. what, by:
        see `Event`. once: the new guard; None keeps the old one. A submission that gives up its
        seat or ticket no longer stops its registrant from registering again.

        Raises SubmissionChangedError if it no longer matches `before`, TicketSettledError if its ticket
        departed, NoSeatError if it needs a seat and none is free (for one that isn't on the waiting
        list: none is free or others wait), QuotaNotFoundError if the option has no quota,
        AlreadyRegisteredError if `once` belongs to another submission.
        """

    @abstractmethod
    def erase(self, before: Submission, *, by: str) -> Submission:
        """Free up the submission's seat or ticket, remove all its personal values and return what is left.

        Its ID is added to the ledger of erasures. Raises SubmissionChangedError.
        """

    @abstractmethod
    def abandoned_tickets(self, form: str, option: str, *, age: timedelta) -> Sequence[int]:
        """Return tickets at least this old that no submission holds and that never departed.

        An earlier call must have seen them, so a call may find some only next time.
        """

    @abstractmethod
    def next_waiting(self, form: str, option: str) -> str | None:
        """Return the ID of the submission with the lowest ticket.

        None if nobody waits, or if a submission with a lower ticket may still be stored.
        """

    @abstractmethod
    def known(self, form: str, *, once: Once | None, key: str | None = None) -> str | None:
        """Return the ID of the submission that `Seating.add` would find instead of storing a new one, if any.

        once, key: None to leave out that check.
        """

    @abstractmethod
    def set_capacity(
        self, form: str, option: str, capacity: int, *, by: str | None = None, instead_of: int | None = None
    ) -> QuotaState:
        """Set an option's capacity, and return its quota.

        by: an IAM principal, stored with the quota; None stores nobody. instead_of: the capacity
        that it must have now; None for any. Raises QuotaNotFoundError, QuotaChangedError.
        """

    @abstractmethod
    def override(self, form: str, option: str, override: Override) -> None:
        """Store an override, in place of the option's last one, and its line of the history. option: or WHOLE_FORM."""

    @abstractmethod
    def override_history(self, form: str, *, limit: int) -> Sequence[tuple[str, Override]]:
        """Return the newest lines of the history of overrides, newest first, each with its option or WHOLE_FORM."""

    @abstractmethod
    def show_seats(self, form: str, option: str, seats: PublicSeats) -> None:
        """Set what the public sees of an option's seats. Raises QuotaNotFoundError."""

    @abstractmethod
    def overdue(self, form: str, options: Sequence[str], *, since: datetime) -> Sequence[str]:
        """Return the IDs of a form's pending submissions whose time to verify is over.

        options: the counted ones, which are all checked. Of other submissions, only those `since`
        then.
        """

    @abstractmethod
    def erased(self, *, since: datetime) -> Sequence[str]:
        """Return the IDs in the ledger of erasures from the month of `since` on, sorted by month."""


class RateCounter(ABC):
    """Counts a sender's requests per window of time. Each method may raise StorageUnavailableError."""

    @abstractmethod
    def take(self, sender: str, window: str, *, most: int, expires_at: datetime, request: str | None = None) -> bool:
        """Count one request. Return False, and count nothing, if `most` others were already counted.

        sender: a fingerprint. window: the name of the time window. expires_at: when it ends and the
        count is deleted. request: a fingerprint, so that a repeated request counts once; None
        counts every call. Use only one of the two ways for a window.
        """


class HumanCheck(ABC):
    """Tells people from programs by a token that a third party gave the browser."""

    @abstractmethod
    def ensure_human(self, token: str, *, address: str, request: str) -> None:
        """Raise HumanCheckFailedError for an invalid token, HumanCheckUnavailableError if it can't be checked.

        address: the client's IP address. request: identifies the request, so that a retry may
        repeat the token.
        """


class MailRenderer(ABC):
    """Renders the text of mails."""

    @abstractmethod
    def render(self, kind: str, form: Form, submission: Submission, facts: MailFacts) -> RenderedMail:
        """Return the mail's subject, text, HTML and attachments. Raises MailTemplateError.

        kind: a MailKind, or the name of one of the form's own mails.
        """


class Mailer(ABC):
    """Sends mails."""

    @abstractmethod
    def send(self, mail: OutgoingMail) -> str:
        """Send one mail and return the service's message ID.

        Raises MailerError if nothing was sent and a later attempt may succeed, MailRefusedError if
        none will. After any other error the mail may have been sent.
        """


class MailQueue(ABC):
    """The queue of mail requests for notify."""

    @abstractmethod
    def put(self, requests: Sequence[MailRequest]) -> None:
        """Queue all requests. Raises MailQueueError if any could not be queued."""
