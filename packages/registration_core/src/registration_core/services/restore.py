"""Restore: take a cancellation back, or what was set aside as spam: it comes to its option as a newcomer does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from registration_core.domain.errors import EntryChangedError, StatusTransitionError
from registration_core.domain.submission import Status
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

    before: the entry as it was read. after: as it is with a seat; without one it waits. once: whom it stands for.
    """

    before: Submission
    after: Submission
    once: Once | None = None


class RestoreService:
    """Lets entries stand again that were cancelled or set aside; nobody gets a second seat by it."""

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
        """Return what an entry would be again; nothing is written.

        Where the form asks for verification and the registrant never proved the address, they are asked once more.
        Raises StatusTransitionError for what is not cancelled, AlreadyRegisteredError when the same person has another
        entry for the option by now, UnknownFormError.
        """
        if before.status is not Status.CANCELLED:
            raise StatusTransitionError(
                f"An entry that is {before.status} cannot be restored, only one that is cancelled."
            )
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
        """Carry a plan out and return the entry: with a seat if one is free and nobody waits, else with a ticket.

        by: see `Event`. Raises EntryChangedError when the entry is not as it was read, AlreadyRegisteredError,
        QuotaNotFoundError when its option is not counted any more, SubmissionNotFoundError, StorageUnavailableError;
        then nothing was stored.
        """
        return self._seat(plan, what="restored", by=by)

    def mark_genuine(self, submission_id: str, *, by: str) -> Submission:
        """Take what was kept aside as spam for an honest entry: it gets a seat if one is free, else a ticket.

        Whoever marks it vouches for what it says, not for its address: who reads mail there is not proven by that. An
        entry that is no spam is returned as it is. Raises AlreadyRegisteredError when the same person has another entry
        for the option by now, SubmissionNotFoundError, StatusTransitionError for one that is erased, UnknownFormError,
        StorageUnavailableError.
        """
        for _ in range(ATTEMPTS):
            before = self._repository.get(submission_id)
            if before.status is Status.ERASED:
                raise StatusTransitionError(f'The entry "{before.id}" is erased; nothing of it is left.')
            if before.status is not Status.SPAM:
                return before
            after = replace(
                before, status=Status.CONFIRMED, version=before.version + 1, expires_at=self._kept_until(before)
            )
            try:
                return self._seat(Restoration(before, after, self._once(before)), what="marked genuine", by=by)
            except EntryChangedError:
                continue
        raise busy(submission_id)

    def _seat(self, plan: Restoration, *, what: str, by: str) -> Submission:
        write = partial(self._repository.change, plan.before, what=what, by=by, once=plan.once)
        capacity = self._forms.get(plan.after.form).capacities().get(plan.after.option or "")
        return self._seating.place(plan.after, write, capacity=capacity)

    def ensure_alone(self, entry: Submission) -> None:
        """Raise AlreadyRegisteredError when the same person has another entry for the option by now."""
        ensure_alone(self._repository, entry, self._once(entry))

    def _kept_until(self, entry: Submission) -> datetime:
        kept_days = self._forms.get(entry.form).retention_days
        return entry.submitted_at.replace(microsecond=0) + timedelta(days=kept_days)

    def _once(self, entry: Submission) -> Once | None:
        return once_for(self._forms.get(entry.form), entry.answers, self._signer)
