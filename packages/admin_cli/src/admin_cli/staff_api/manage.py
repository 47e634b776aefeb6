"""Management through the staff API: statuses, labels, promotions and seats."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from admin_cli.staff_api.reads import repository
from admin_cli.staff_api.statuses import Actions, nobody
from registration_core.domain.errors import NoSeatError, StatusTransitionError, SubmissionNotFoundError
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.whole_records import read_quota, read_submission
from registration_core.services.manage import ManageService
from registration_core.services.seating import ATTEMPTS

if TYPE_CHECKING:
    from admin_cli.staff_api.api import Api
    from admin_cli.staff_api.reads import ApiReads
    from registration_core.domain.ports import FormCatalogue
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import OnPromoted


class ApiManage(ManageService):
    """Changes submissions and seats through the API. `by` is whoever is signed in."""

    def __init__(self, api: Api, reads: ApiReads, forms: FormCatalogue) -> None:
        super().__init__(forms=forms, repository=repository(reads), clock=api.clock, randomness=os.urandom)
        self._api = api
        self._reads = reads
        self._actions = Actions(api, reads)

    def verify(self, submission_id: str, *, by: str = "", expected: int | None = None) -> Submission:
        """Mark the address as verified."""
        del by
        return self._actions.act(submission_id, StaffAction.VERIFY, expected=expected)

    def cancel(
        self, submission_id: str, *, by: str, expected: int | None = None, promoted: OnPromoted = nobody
    ) -> Submission:
        """Cancel a submission."""
        del by
        return self._actions.act(submission_id, StaffAction.CANCEL, expected=expected, promoted=promoted)

    def mark_spam(
        self, submission_id: str, *, by: str, expected: int | None = None, promoted: OnPromoted = nobody
    ) -> Submission:
        """Mark a submission as spam."""
        del by
        return self._actions.act(submission_id, StaffAction.MARK_SPAM, expected=expected, promoted=promoted)

    def erase(
        self,
        submission_id: str,
        *,
        by: str,
        only: Selection | None = None,
        expected: int | None = None,
        promoted: OnPromoted = nobody,
    ) -> Submission:
        """Erase every personal value for good."""
        del by
        return self._actions.act(submission_id, StaffAction.ERASE, expected=expected, only=only, promoted=promoted)

    def promote(self, form: str, option: str, *, by: str = "", limit: int | None = None) -> tuple[Submission, ...]:
        """Give free seats to the lowest tickets, one by one."""
        del by
        promoted: list[Submission] = []
        overtaken = 0
        while overtaken < ATTEMPTS and (limit is None or len(promoted) < limit):
            submission_id = self._reads.next_waiting(form, option)
            if submission_id is None:
                break
            try:
                promoted.append(self._actions.act(submission_id, StaffAction.PROMOTE))
            except NoSeatError:
                break
            except (StatusTransitionError, SubmissionNotFoundError):
                overtaken += 1
        return tuple(promoted)

    def label(self, submission_id: str, label: str, *, on: bool, by: str, expected: int | None = None) -> Submission:
        """Put a label on a submission, or take it off."""
        del by
        method = "PUT" if on else "DELETE"
        return read_submission(
            self._api.change(method, "submissions", submission_id, "labels", label, version=expected)
        )

    def set_capacity(
        self,
        form: str,
        option: str,
        capacity: int,
        *,
        by: str | None = None,
        instead_of: int | None = None,
        promoted: OnPromoted = nobody,
    ) -> QuotaState:
        """Set an option's capacity."""
        del by
        body = {"capacity": capacity} | ({} if instead_of is None else {"instead_of": instead_of})
        state = self._api.change("PUT", "quotas", form, option, body=body)
        for each in state["promoted"]:
            promoted(read_submission(each))
        return read_quota(state)
