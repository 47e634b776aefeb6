"""Manage: change submissions, and promote from the waiting list when a seat frees up."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.errors import (
    InvalidLabelError,
    QuotaNotFoundError,
    StatusTransitionError,
    SubmissionChangedError,
    SubmissionNotFoundError,
)
from registration_core.domain.labels import MOST_LABELS
from registration_core.domain.quota import ensure_capacity
from registration_core.domain.submission import Status
from registration_core.domain.transitions import REGISTRANT, SYSTEM
from registration_core.services.changes import changed, next_version, read
from registration_core.services.promotion import Promotion
from registration_core.services.seating import ATTEMPTS, Seating, busy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from typing import TypeAlias

    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission

    OnPromoted: TypeAlias = Callable[[Submission], None]
    """Called with each submission that a change promoted."""


class ManageService:
    """Verifies, cancels, promotes and erases. Each method is safe to repeat.

    by: see `Event`. expected: the version that the submission must have, otherwise
    SubmissionChangedError; None for any. promoted: see `OnPromoted`. Every method may raise
    StorageUnavailableError; calling it again continues where it stopped.
    """

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: ManagedRepository,
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._clock = clock
        seating = Seating(repository=repository, clock=clock, randomness=randomness)
        self._promotion = Promotion(forms=forms, repository=repository, clock=clock, seating=seating)

    def verify(self, submission_id: str, *, by: str = REGISTRANT, expected: int | None = None) -> Submission:
        """Mark the address as verified. A pending submission is confirmed; a waitlisted one will be when promoted.

        A submission that is verified already is returned as it is. Raises SubmissionNotFoundError;
        StatusTransitionError for a submission that is cancelled, spam or erased.
        """
        return changed(self._repository, submission_id, self._verified, by=by, expected=expected)

    def verify_in_group(self, submission_id: str, *, quiet: bool) -> Submission:
        """Mark the address of one of a group as verified by its registrant; see `verify`.

        quiet: whether the mail to another of them tells of it.
        """

        def verified(before: Submission) -> tuple[Submission, str] | None:
            step = self._verified(before)
            return None if step is None else (replace(step[0], quiet=quiet), step[1])

        return changed(self._repository, submission_id, verified, by=REGISTRANT)

    def cancel(
        self,
        submission_id: str,
        *,
        by: str,
        expected: int | None = None,
        promoted: OnPromoted = lambda _entry: None,
    ) -> Submission:
        """Cancel a submission, and promote the next one if that is automatic.

        A registrant who cancels came by the mailed link, but does not ask for the words of whoever
        filled the form in: the address stays as unproven as it was. Raises SubmissionNotFoundError;
        StatusTransitionError for a submission that is erased.
        """
        cancelled = changed(self._repository, submission_id, _cancelled, by=by, expected=expected)
        self._fill(cancelled, promoted)
        return cancelled

    def lapse(self, submission_id: str) -> Submission:
        """Cancel a submission whose time to verify is over; return any other unchanged.

        The sweep asks for it, and promotes afterwards. Raises SubmissionNotFoundError.
        """
        return changed(self._repository, submission_id, self._lapsed, by=SYSTEM)

    def erase(
        self,
        submission_id: str,
        *,
        by: str,
        only: Selection | None = None,
        expected: int | None = None,
        promoted: OnPromoted = lambda _entry: None,
    ) -> Submission:
        """Erase every personal value for good, and free up the submission's seat or ticket.

        only: what it must still be. Raises SubmissionNotFoundError, SubmissionChangedError for one
        that is something else.
        """
        for _ in range(ATTEMPTS):
            before = read(self._repository, submission_id, expected=expected)
            if only is not None and before.status is not Status.ERASED and not only.admits(before):
                raise SubmissionChangedError(submission_id)
            try:
                erased = self._repository.erase(before, by=by)
            except SubmissionChangedError:
                continue
            self._fill(erased, promoted)
            return erased
        raise busy(submission_id)

    def unerased(self, ledger: Iterable[str]) -> tuple[Submission, ...]:
        """Return the submissions of a ledger that a restored table still has.

        Who waits comes first: erased in this order, nobody is given the seat of somebody who goes
        before them.
        """
        unerased = []
        for submission_id in ledger:
            try:
                submission = self._repository.get(submission_id)
            except SubmissionNotFoundError:
                continue
            if submission.status is not Status.ERASED:
                unerased.append(submission)
        return tuple(sorted(unerased, key=lambda submission: submission.status is not Status.WAITLISTED))

    def mark_spam(
        self,
        submission_id: str,
        *,
        by: str,
        expected: int | None = None,
        promoted: OnPromoted = lambda _entry: None,
    ) -> Submission:
        """Mark a submission as spam, and promote the next one if that is automatic.

        Only promoted registrants get a mail. A submission that is spam is returned as it is. Raises
        SubmissionNotFoundError; StatusTransitionError for one that is cancelled or erased.
        """
        marked = changed(self._repository, submission_id, self._marked_spam, by=by, expected=expected)
        self._fill(marked, promoted)
        return marked

    def label(self, submission_id: str, label: str, *, on: bool, by: str, expected: int | None = None) -> Submission:
        """Put a label on a submission, or take it off. Nobody is mailed.

        One that is as asked already is returned as it is. label: as `read_label` returns it. Raises
        SubmissionNotFoundError, StatusTransitionError for one that is erased, InvalidLabelError for
        one with too many.
        """

        def labelled(before: Submission) -> tuple[Submission, str] | None:
            if before.status is Status.ERASED:
                raise StatusTransitionError("An erased submission can't have labels.")
            if (label in before.labels) is on:
                return None
            labels = {*before.labels, label} if on else {*before.labels} - {label}
            if len(labels) > MOST_LABELS:
                raise InvalidLabelError(f"A submission can have at most {MOST_LABELS} labels.")
            return next_version(before, labels=tuple(sorted(labels))), f"{'labelled' if on else 'unlabelled'} {label}"

        return changed(self._repository, submission_id, labelled, by=by, expected=expected)

    def promote(self, form: str, option: str, *, by: str = SYSTEM, limit: int | None = None) -> tuple[Submission, ...]:
        """Give free seats to the lowest tickets, one by one, and return the promoted submissions.

        limit: at most so many; None while there are seats and tickets. Nobody is passed over: where
        a lower ticket's submission may still be on its way, this stops, and the sweep goes on.
        Raises UnknownFormError, QuotaNotFoundError.
        """
        return self._promotion.promote(form, option, by=by, limit=limit)

    def promote_one(self, submission_id: str, *, by: str, expected: int | None = None) -> Submission:
        """Give the next in line a free seat, and return the submission.

        Raises SubmissionNotFoundError; StatusTransitionError for one that isn't next or doesn't
        wait; NoSeatError, UnknownFormError.
        """
        return self._promotion.promote_one(read(self._repository, submission_id, expected=expected), by=by)

    def may_be_promoted(self, submission: Submission) -> bool:
        """Whether a submission is the next in line and a seat is free."""
        return self._promotion.may_be_promoted(submission)

    def fill(self, form: str, option: str | None) -> tuple[Submission, ...]:
        """Promote if that is automatic, and return the promoted submissions. The next sweep does what fails now."""
        return self._promotion.fill(form, option)

    def waiting(self, form: str, option: str, *, limit: int) -> tuple[Submission, ...]:
        """Return the start of an option's waiting list, lowest ticket first."""
        return self._promotion.waiting(form, option, limit=limit)

    def next_in_line(self, form: str, option: str, *, seats: int) -> tuple[Submission, ...]:
        """Return who would get this many seats now; nobody while a lower ticket may still be stored."""
        return self._promotion.waiting(form, option, limit=seats) if self._promotion.sure(form, option) else ()

    def would_be_promoted(
        self, form: str, option: str, *, freed: int = 0, capacity: int | None = None, without: Collection[str] = ()
    ) -> tuple[Submission, ...]:
        """Return who would be promoted automatically, lowest ticket first.

        freed: how many seats would free up. capacity: the new capacity; None for the current one.
        without: IDs of submissions that leave the waiting list. Raises UnknownFormError.
        """
        state = self._repository.quotas(form, [option]).get(option)
        if state is None or not self._promotion.goes_by_itself(form):
            return ()
        seats = (state.capacity if capacity is None else capacity) - state.taken + freed
        if seats < 1 or not self._promotion.sure(form, option):
            return ()
        return self._promotion.waiting(form, option, limit=seats, without=without)

    def set_capacity(
        self,
        form: str,
        option: str,
        capacity: int,
        *,
        by: str | None = None,
        instead_of: int | None = None,
        promoted: OnPromoted = lambda _entry: None,
    ) -> QuotaState:
        """Set an option's capacity. Lowering it cancels nobody; raising it promotes from the waiting list.

        If the waiting list is manual, staff promote. The public sees the new seats at once, because
        that reveals nothing about a visitor. by: the IAM principal. instead_of: the capacity that
        it must have now; None for any. Raises UnknownFormError, QuotaNotFoundError for an option that
        isn't counted, QuotaChangedError, InvalidCapacityError.
        """
        ensure_capacity(capacity)
        capacities = self._forms.get(form).capacities()
        if option not in capacities:
            raise QuotaNotFoundError(form, option)
        self._repository.make_quotas(form, {option: capacities[option]})
        state = self._repository.set_capacity(form, option, capacity, by=by, instead_of=instead_of)
        seated = self._promotion.fill(form, option)
        for each in seated:
            promoted(each)
        if seated:
            state = self._repository.quotas(form, [option])[option]
        self._repository.show_seats(form, option, state.public_seats)
        return state

    def _fill(self, left: Submission, promoted: OnPromoted) -> None:
        for each in self.fill(left.form, left.option):
            promoted(each)

    def _verified(self, before: Submission) -> tuple[Submission, str] | None:
        if before.status is Status.PENDING:
            after = next_version(before, status=Status.CONFIRMED, verify_by=None, verified_at=self._clock.now())
            return after, "verified"
        if before.status is Status.WAITLISTED and before.verified_at is None:
            return next_version(before, verified_at=self._clock.now()), "verified"
        if before.status not in (Status.WAITLISTED, Status.CONFIRMED):
            raise StatusTransitionError(f"A {before.status} submission can't be verified.")
        return None

    def _lapsed(self, before: Submission) -> tuple[Submission, str] | None:
        if not before.overdue(self._clock.now()):
            return None
        return next_version(before, status=Status.CANCELLED), "lapsed"

    def _marked_spam(self, before: Submission) -> tuple[Submission, str] | None:
        if before.status is Status.SPAM:
            return None
        expires_at = before.expires_as_spam(self._clock.now())
        after = next_version(before, status=Status.SPAM, position=None, verify_by=None, expires_at=expires_at)
        return after, "marked spam"


def _cancelled(before: Submission) -> tuple[Submission, str] | None:
    if before.status is Status.CANCELLED:
        return None
    return next_version(before, status=Status.CANCELLED, position=None, verify_by=None), "cancelled"
