"""Statuses through the staff API: each action is done there, once, on the version that was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from registration_core.domain.errors import SubmissionChangedError
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.submission import STANDING, Status
from registration_core.domain.whole_records import read_submission
from registration_core.services.changes import ensure_version
from registration_core.services.seating import ATTEMPTS, busy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from admin_cli.staff_api.api import Api
    from admin_cli.staff_api.reads import ApiReads
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import OnPromoted

_DONE: Mapping[StaffAction, Callable[[Submission], bool]] = {
    StaffAction.VERIFY: lambda now: (
        now.status is Status.CONFIRMED or (now.status is Status.WAITLISTED and now.verified_at is not None)
    ),
    StaffAction.CANCEL: lambda now: now.status is Status.CANCELLED,
    StaffAction.MARK_SPAM: lambda now: now.status is Status.SPAM,
    StaffAction.MARK_GENUINE: lambda now: now.status in STANDING,
    StaffAction.ERASE: lambda now: now.status is Status.ERASED,
}
"""Whether there is nothing left to do, as the services see it."""


def nobody(_submission: Submission) -> None:
    """Ignore who was promoted."""


class Actions:
    """The actions on one submission's status."""

    def __init__(self, api: Api, reads: ApiReads) -> None:
        self._api = api
        self._reads = reads

    def act(
        self,
        submission_id: str,
        action: StaffAction,
        *,
        expected: int | None = None,
        only: Selection | None = None,
        promoted: OnPromoted = nobody,
    ) -> Submission:
        """Do it, and return the submission. If it is done already, nothing happens.

        expected, only: as for `ManageService.erase`.
        """
        for _ in range(ATTEMPTS):
            before = self._reads.get(submission_id)
            ensure_version(before, expected)
            if action in _DONE and _DONE[action](before):
                return before
            if only is not None and not only.admits(before):
                raise SubmissionChangedError(submission_id)
            try:
                done = self._send(before, {"action": action})
            except SubmissionChangedError:
                continue
            for each in done["promoted"]:
                promoted(read_submission(each))
            return read_submission(done)
        raise busy(submission_id)

    def check(self, before: Submission, action: StaffAction) -> None:
        """Raise what `act` would raise."""
        self._send(before, {"action": action, "dry_run": True})

    def _send(self, before: Submission, body: Mapping[str, object]) -> dict[str, Any]:
        return self._api.change("POST", "submissions", before.id, "actions", body=body, version=before.version)
