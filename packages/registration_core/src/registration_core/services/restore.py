"""Restore: undo a cancellation or a spam mark. The submission gets what a newcomer would get."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from registration_core.domain.errors import StatusTransitionError, SubmissionChangedError
from registration_core.domain.submission import Status
from registration_core.services.changes import read
from registration_core.services.seating import ATTEMPTS, Seating, busy, ensure_alone
from registration_core.services.submit import once_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository, Signer
    from registration_core.domain.submission import Once, Submission


@dataclass(frozen=True, slots=True)
class Restoration:
    """A change to come.

    before: the submission as it was read. after: as it is with a seat; without one it waits. once:
    whom it stands for.
    """

    before: Submission
    after: Submission
    once: Once | None = None


class RestoreService:
    """Restores cancelled submissions and spam, without giving anyone a second seat."""

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: ManagedRepository,
        signer: Signer,
        clock: Clock,
        randomness: Callable[[int], bytes],
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._signer = signer
        self._clock = clock
        self._seating = Seating(repository=repository, clock=clock, randomness=randomness)

    def plan(self, before: Submission) -> Restoration:
        """Return the restored submission without writing anything.

        If the form verifies addresses and this one never was, the registrant must verify it. Raises
        StatusTransitionError if the submission isn't cancelled,
        AlreadyRegisteredError when the same person has another submission for the option by now,
        UnknownFormError.
        """
        if before.status is not Status.CANCELLED:
            raise StatusTransitionError(f"A {before.status} submission can't be restored, only a cancelled one.")
        form = self._forms.get(before.form)
        now = self._clock.now().replace(microsecond=0)
        verify = form.verification if before.verified_at is None else None
        after = replace(
            before,
            status=Status.CONFIRMED if verify is None else Status.PENDING,
            version=before.version + 1,
            verify_by=None if verify is None else now + timedelta(hours=verify.within_hours),
            expires_at=max(before.expires_at, self._kept_until(before)),
        )
        self.ensure_alone(before)
        return Restoration(before, after, self._once(before))

    def restore(self, plan: Restoration, *, by: str) -> Submission:
        """Restore as planned, with a seat if one is free and nobody waits, otherwise a ticket. Return the submission.

        by: see `Event`. Raises SubmissionChangedError when the submission is not as it was read,
        AlreadyRegisteredError, QuotaNotFoundError when its option is not counted any more,
        SubmissionNotFoundError, StorageUnavailableError; then nothing was stored.
        """
        return self._seat(plan, what="restored", by=by)

    def mark_genuine(self, submission_id: str, *, by: str, expected: int | None = None) -> Submission:
        """Mark suspected spam as genuine, and give it a seat if one is free, otherwise a ticket.

        Staff vouch for its answers, not for its address, which stays unverified. A submission that
        isn't spam is returned unchanged. expected: the version that it must have; None for any. Raises
        SubmissionChangedError if it has another, AlreadyRegisteredError when the same person has
        another submission for the option by now, SubmissionNotFoundError, StatusTransitionError for
        one that is erased, UnknownFormError, StorageUnavailableError.
        """
        for _ in range(ATTEMPTS):
            before = read(self._repository, submission_id, expected=expected)
            if before.status is Status.ERASED:
                raise StatusTransitionError(f'The submission "{before.id}" is erased, so there is nothing left.')
            if before.status is not Status.SPAM:
                return before
            after = replace(
                before, status=Status.CONFIRMED, version=before.version + 1, expires_at=self._kept_until(before)
            )
            try:
                return self._seat(Restoration(before, after, self._once(before)), what="marked genuine", by=by)
            except SubmissionChangedError:
                continue
        raise busy(submission_id)

    def _seat(self, plan: Restoration, *, what: str, by: str) -> Submission:
        write = partial(self._repository.change, plan.before, what=what, by=by, once=plan.once)
        capacity = self._forms.get(plan.after.form).capacities().get(plan.after.option or "")
        return self._seating.place(plan.after, write, capacity=capacity)

    def ensure_alone(self, submission: Submission) -> None:
        """Raise AlreadyRegisteredError if the same person now has another submission for the option."""
        ensure_alone(self._repository, submission, self._once(submission))

    def _kept_until(self, submission: Submission) -> datetime:
        kept_days = self._forms.get(submission.form).retention_days
        return submission.submitted_at.replace(microsecond=0) + timedelta(days=kept_days)

    def _once(self, submission: Submission) -> Once | None:
        return once_for(self._forms.get(submission.form), submission.answers, self._signer)
