"""Restore: take a cancellation back. Whoever is restored comes to their option as a newcomer does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from registration_core.domain.errors import AlreadyRegisteredError, StatusTransitionError
from registration_core.domain.submission import Status
from registration_core.services.seating import Seating
from registration_core.services.submit import once_for

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository, Signer
    from registration_core.domain.submission import Once, Submission


@dataclass(frozen=True, slots=True)
class Restoration:
    """A change to come. before: the entry as it was read. after: as it is with a seat; without one it waits."""

    before: Submission
    after: Submission


class RestoreService:
    """Plans restorations and carries them out."""

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
        self._seating = Seating(forms=forms, repository=repository, clock=clock, randomness=randomness)

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
        kept_until = before.submitted_at.replace(microsecond=0) + timedelta(days=form.retention_days)
        verify = form.verification if before.verified_at is None else None
        after = replace(
            before,
            status=Status.CONFIRMED if verify is None else Status.PENDING,
            version=before.version + 1,
            verify_by=None if verify is None else now + timedelta(hours=verify.within_hours),
            expires_at=max(before.expires_at, kept_until),
        )
        once = self._once(before)
        first = self._repository.known(before.form, once=once) if once is not None else None
        if first not in (None, before.id):
            raise AlreadyRegisteredError(str(first))
        return Restoration(before, after)

    def restore(self, plan: Restoration, *, by: str) -> Submission:
        """Carry a plan out and return the entry: with a seat if one is free and nobody waits, else with a ticket.

        by: see `Event`. Raises EntryChangedError when the entry is not as it was read, AlreadyRegisteredError,
        QuotaNotFoundError when its option is not counted any more, SubmissionNotFoundError, StorageUnavailableError;
        then nothing was stored.
        """
        return self._seating.seat(plan.before, plan.after, what="restored", by=by, once=self._once(plan.before))

    def _once(self, entry: Submission) -> Once | None:
        """Return whom the entry stands for; one of an older form, which did not ask all that, stands for nobody."""
        form = self._forms.get(entry.form)
        if form.once is None or form.once not in entry.answers or form.email_field not in entry.answers:
            return None
        return once_for(form, entry.answers, self._signer)
