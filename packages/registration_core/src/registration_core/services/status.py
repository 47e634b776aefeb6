"""Status: one action of the staff on one submission, by its name."""

from __future__ import annotations

from registration_core.domain.staff_actions import StaffAction, ensure_possible, possible_actions
from registration_core.domain.submission import Status
from registration_core.services.changes import ensure_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from registration_core.domain.submission import Submission
    from registration_core.services.manage import ManageService, OnPromoted
    from registration_core.services.restore import RestoreService


class StatusService:
    """Does what `StaffAction` names. Each method may raise SubmissionNotFoundError or StorageUnavailableError."""

    def __init__(self, *, manage: ManageService, restore: RestoreService) -> None:
        self._manage = manage
        self._restore = restore

    def possible(self, submission: Submission) -> tuple[StaffAction, ...]:
        """Return what may be done now. Only the next in line may be promoted, and only if a seat is free."""
        return tuple(
            action
            for action in possible_actions(submission.status)
            if action is not StaffAction.PROMOTE or self._manage.may_be_promoted(submission)
        )

    def ensure_possible(self, before: Submission, action: StaffAction) -> None:
        """Raise what `act` would raise for now, without changing anything; not NoSeatError, which may change."""
        ensure_possible(action, before.status)
        if action is StaffAction.RESTORE:
            self._restore.plan(before)
        if action is StaffAction.MARK_GENUINE:
            self._restore.ensure_alone(before)

    def act(
        self,
        before: Submission,
        action: StaffAction,
        *,
        by: str,
        expected: int | None = None,
        promoted: OnPromoted = lambda _entry: None,
    ) -> Submission:
        """Do it, and return the submission. by: see `Event`. promoted: see `OnPromoted`.

        before: as it was read. expected: the version that it must have when it is stored; None for
        any, but a cancelled one is restored only as it was read. Raises SubmissionChangedError,
        StatusTransitionError, NoSeatError, AlreadyRegisteredError, QuotaNotFoundError,
        UnknownFormError.
        """
        ensure_version(before, expected)
        ensure_possible(action, before.status)
        if action is StaffAction.RESTORE:
            return self._restore.restore(self._restore.plan(before), by=by)
        freeing: Mapping[StaffAction, Callable[..., Submission]] = {
            StaffAction.CANCEL: self._manage.cancel,
            StaffAction.MARK_SPAM: self._manage.mark_spam,
            StaffAction.ERASE: self._manage.erase,
        }
        if action in freeing:
            return freeing[action](before.id, by=by, expected=expected, promoted=promoted)
        others: Mapping[StaffAction, Callable[..., Submission]] = {
            StaffAction.VERIFY: self._manage.verify,
            StaffAction.PROMOTE: self._manage.promote_one,
            StaffAction.MARK_GENUINE: self._restore.mark_genuine,
        }
        return others[action](before.id, by=by, expected=expected)

    def finish(self, after: Submission, *, by: str, promoted: OnPromoted = lambda _entry: None) -> Submission:
        """Do what an action that was interrupted after its first write has left, and return the submission."""
        if after.status is Status.ERASED:
            return self._manage.erase(after.id, by=by, promoted=promoted)
        for each in self._manage.fill(after.form, after.option):
            promoted(each)
        return after
