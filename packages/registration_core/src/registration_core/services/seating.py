"""Seating: the only place that decides between a seat and a ticket."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.errors import (
    AlreadyRegisteredError,
    KeyReusedError,
    NoSeatError,
    QuotaNotFoundError,
    ReferenceTakenError,
    StorageUnavailableError,
    SubmissionChangedError,
    SubmissionNotFoundError,
    TicketSettledError,
)
from registration_core.domain.identifiers import new_reference, new_ulid
from registration_core.domain.submission import Receipt, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from typing import TypeVar

    from registration_core.domain.ports import Clock, ManagedRepository, SubmissionRepository
    from registration_core.domain.submission import Idempotency, Once, Submission

    Stored = TypeVar("Stored")

ATTEMPTS = 8
"""How often we try again when others change the same submission or option."""


class Seating:
    """Stores newcomers with a seat or ticket, and promoted submissions with a seat."""

    def __init__(self, *, repository: SubmissionRepository, clock: Clock, randomness: Callable[[int], bytes]) -> None:
        self._repository = repository
        self._clock = clock
        self._randomness = randomness

    def add(
        self,
        submission: Submission,
        *,
        once: Once | None,
        idempotency: Idempotency,
        capacity: int | None = None,
        imported_by: str | None = None,
    ) -> Receipt:
        """Store a new submission, with a seat if one is free and nobody waits, otherwise a ticket. Return its receipt.

        The same idempotency key again: with the same fingerprint the first receipt again
        (repeated); with another one KeyReusedError. The same person for the same option again
        (`once`): a receipt like a newcomer's, whose reference leads to the first submission
        (repeated). A reference that is taken is replaced.

        imported_by: the IAM principal who enters it for the registrant. Then the same person for
        the same option again leaves no trace: the receipt is the first submission's own.

        A repeat takes the very steps of a newcomer: docs/decisions/0038-hiding-who-is-registered.md.
        """
        asks = once if imported_by is None and submission.status is not Status.SPAM else None
        for _ in range(ATTEMPTS):
            first = None if asks is None else self._repository.standing(submission.form, asks)

            def write(entry: Submission, first: tuple[str, str, datetime] | None = first) -> Receipt:
                receipt = self._repository.add(
                    entry, once=once, idempotency=idempotency, imported_by=imported_by, first=first
                )
                if receipt.id != entry.id:
                    self._give_back(entry)
                return receipt

            try:
                return self.place(submission, write, capacity=capacity)
            except AlreadyRegisteredError as error:  # someone was faster, or the first one no longer exists
                if imported_by is not None:
                    return self._receipt_of(error.first)
        raise busy(submission.id)

    def place(
        self,
        submission: Submission,
        write: Callable[[Submission], Stored],
        *,
        capacity: int | None = None,
        may_wait: bool = True,
    ) -> Stored:
        """Write a submission with a seat, otherwise with a ticket, and try again after conflicts.

        write: `SubmissionRepository.add` or `ManagedRepository.change`, all but the submission
        filled in. capacity: what the option's quota begins with when there is none yet; None raises
        QuotaNotFoundError then. may_wait: False raises NoSeatError instead of drawing a ticket.
        Raises what write raises.
        """
        attempt = submission
        for _ in range(ATTEMPTS):
            try:
                return write(attempt)
            except ReferenceTakenError:
                reference = new_reference(self._randomness)
                submission, attempt = replace(submission, reference=reference), replace(attempt, reference=reference)
            except QuotaNotFoundError:
                if capacity is None:
                    raise
                self._repository.make_quotas(submission.form, {str(submission.option): capacity})
            except TicketSettledError:  # it took too long, and the sweep counted the ticket as departed
                attempt = submission
            except NoSeatError:
                if not may_wait:
                    raise
                attempt = self._with_ticket(submission)
            except (AlreadyRegisteredError, KeyReusedError, SubmissionChangedError):
                self._give_back(attempt)
                raise
        raise busy(submission.id)

    def _with_ticket(self, submission: Submission) -> Submission:
        """Return the submission with the next ticket; unchanged if a seat has become free."""
        holder = f"{submission.id}-{new_ulid(self._clock.now(), self._randomness)}"
        ticket = self._repository.take_ticket(submission.form, str(submission.option), holder=holder)
        if ticket is None:
            return submission
        return replace(submission, status=Status.WAITLISTED, position=ticket, verify_by=None)

    def _give_back(self, submission: Submission) -> None:
        """Give back an unused ticket. If that fails, the sweep finds it."""
        if submission.option is None or submission.position is None:
            return
        try:
            self._repository.settle_ticket(submission.form, submission.option, submission.position)
        except StorageUnavailableError:
            return

    def _receipt_of(self, submission_id: str) -> Receipt:
        """Return the receipt of an existing submission, with its current status."""
        try:
            submission = self._repository.get(submission_id)
        except SubmissionNotFoundError as error:
            raise busy(submission_id) from error
        return Receipt(submission.id, submission.reference, submission.status, submission.position, repeated=True)


def ensure_alone(repository: ManagedRepository, submission: Submission, once: Once | None) -> None:
    """Raise AlreadyRegisteredError if the person already has another submission for the option.

    once: whom the submission is to stand for; None for nobody. Raises StorageUnavailableError.
    """
    first = repository.known(submission.form, once=once)
    if first not in (None, submission.id):
        raise AlreadyRegisteredError(str(first))


def busy(submission_id: str) -> StorageUnavailableError:
    """Return the error for a submission that others keep changing."""
    return StorageUnavailableError(f'Too many others are changing "{submission_id}" or its option. Try again.')
