"""Promotion: gives free seats to the lowest tickets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

from registration_core.domain.errors import (
    NoSeatError,
    OptionBegunError,
    QuotaNotFoundError,
    StatusTransitionError,
    StorageUnavailableError,
    SubmissionChangedError,
    SubmissionNotFoundError,
    UnknownFormError,
)
from registration_core.domain.openings import ensure_not_begun, has_started
from registration_core.domain.quota import Waitlist
from registration_core.domain.staff_actions import StaffAction, ensure_possible
from registration_core.domain.submission import Status
from registration_core.domain.transitions import SYSTEM
from registration_core.services.seating import ATTEMPTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository
    from registration_core.domain.submission import Submission
    from registration_core.services.seating import Seating


class Promotion:
    """Promotes from the waiting list."""

    def __init__(self, *, forms: FormCatalogue, repository: ManagedRepository, clock: Clock, seating: Seating) -> None:
        self._forms = forms
        self._repository = repository
        self._clock = clock
        self._seating = seating

    def promote(self, form: str, option: str, *, by: str = SYSTEM, limit: int | None = None) -> tuple[Submission, ...]:
        """Promote; see `ManageService.promote`."""
        definition = self._forms.get(form)
        self._ensure_not_begun(definition, option)
        promoted: list[Submission] = []
        overtaken = 0
        while overtaken < ATTEMPTS and (limit is None or len(promoted) < limit):
            submission_id = self._repository.next_waiting(form, option)
            if submission_id is None:
                break
            try:
                before = self._waiting(submission_id)
                after = seated(definition, before, now=self._clock.now())
                promoted.append(
                    self._seating.place(
                        after, partial(self._repository.change, before, what="promoted", by=by), may_wait=False
                    )
                )
            except NoSeatError:
                break
            except (SubmissionChangedError, SubmissionNotFoundError):
                overtaken += 1
        return tuple(promoted)

    def promote_one(self, before: Submission, *, by: str) -> Submission:
        """Promote one submission; see `ManageService.promote_one`."""
        ensure_possible(StaffAction.PROMOTE, before.status)
        if before.option is None or self._repository.next_waiting(before.form, before.option) != before.id:
            raise StatusTransitionError("Others may be before it on the waiting list. It is promoted in its turn.")
        form = self._forms.get(before.form)
        self._ensure_not_begun(form, before.option)
        after = seated(form, before, now=self._clock.now())
        write = partial(self._repository.change, before, what=StaffAction.PROMOTE.what, by=by)
        return self._seating.place(after, write, may_wait=False)

    def may_be_promoted(self, submission: Submission) -> bool:
        """Whether `promote_one` would succeed now."""
        form, option = submission.form, submission.option
        if option is None or submission.status is not Status.WAITLISTED or self._has_begun(form, option):
            return False
        state = self._repository.quotas(form, [option]).get(option)
        return state is not None and state.free > 0 and self._repository.next_waiting(form, option) == submission.id

    def fill(self, form: str, option: str | None) -> tuple[Submission, ...]:
        """Promote if that is automatic and somebody waits.

        Raises nothing: what cannot be done now, the sweep does.
        """
        if option is None:
            return ()
        try:
            if not self.goes_by_itself(form):
                return ()
            state = self._repository.quotas(form, [option]).get(option)
            return self.promote(form, option) if state is not None and state.free and state.waiting else ()
        except (StorageUnavailableError, UnknownFormError, QuotaNotFoundError, OptionBegunError):
            return ()

    def waiting(self, form: str, option: str, *, limit: int, without: Collection[str] = ()) -> tuple[Submission, ...]:
        """Return the start of the waiting list, lowest ticket first. without: IDs of submissions to leave out."""
        if limit < 1:
            return ()
        line = [each for each in self._repository.waiting(form, option) if each not in without]
        submissions = self._repository.several(line[:limit]).values()
        return tuple(
            submission
            for submission in submissions
            if submission.status is Status.WAITLISTED and submission.option == option
        )

    def sure(self, form: str, option: str) -> bool:
        """Whether the lowest ticket may be promoted now: no lower one can still come, and the option hasn't begun."""
        return self._repository.next_waiting(form, option) is not None and not self._has_begun(form, option)

    def goes_by_itself(self, form: str) -> bool:
        """Whether a seat that frees up is given away automatically."""
        quota = self._forms.get(form).quota
        return quota is not None and quota.waitlist is Waitlist.AUTO

    def _has_begun(self, form: str, option: str) -> bool:
        try:
            self._ensure_not_begun(self._forms.get(form), option)
        except OptionBegunError:
            return True
        return False

    def _ensure_not_begun(self, form: Form, option: str | None) -> None:
        """Raise OptionBegunError if nobody may be promoted into the option any more."""
        now = self._clock.now()
        if has_started(form, option, now):
            ensure_not_begun(form, option, self._repository.overrides(form.name), now)

    def _waiting(self, submission_id: str) -> Submission:
        submission = self._repository.get(submission_id)
        if submission.status is not Status.WAITLISTED:
            raise SubmissionChangedError(submission_id)
        return submission


def seated(form: Form, before: Submission, *, now: datetime) -> Submission:
    """Return a waitlisted submission with a seat. If its address isn't verified, it holds the seat only for a while."""
    after = replace(before, version=before.version + 1, status=Status.CONFIRMED, position=None)
    if form.verification is None or before.verified_at is not None:
        return after
    until = now.replace(microsecond=0) + timedelta(hours=form.verification.within_hours)
    return replace(after, status=Status.PENDING, verify_by=until)
