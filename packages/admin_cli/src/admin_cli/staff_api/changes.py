"""Changes through the staff API: each does at the API what the service of its name does on the table."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from admin_cli.staff_api.reads import repository
from registration_core.domain.errors import (
    NoSeatError,
    StatusTransitionError,
    SubmissionChangedError,
    SubmissionNotFoundError,
)
from registration_core.domain.ports import Signer
from registration_core.domain.records import iso
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.submission import STANDING, Status
from registration_core.domain.whole_records import read_quota, read_submission
from registration_core.services.attendance import AttendanceService
from registration_core.services.changes import ensure_version
from registration_core.services.edit import EditService
from registration_core.services.manage import ManageService
from registration_core.services.notes import NoteService
from registration_core.services.restore import RestoreService
from registration_core.services.seating import ATTEMPTS, busy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, datetime
    from typing import Any

    from admin_cli.staff_api.api import Api
    from admin_cli.staff_api.reads import ApiQuery, ApiReads
    from registration_core.domain.ports import FormCatalogue
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission
    from registration_core.domain.values import Answer
    from registration_core.services.edit import Edit
    from registration_core.services.manage import Told
    from registration_core.services.restore import Restoration

_DONE: Mapping[StaffAction, Callable[[Submission], bool]] = {
    StaffAction.VERIFY: lambda now: now.status is Status.CONFIRMED or now.verified_at is not None,
    StaffAction.CANCEL: lambda now: now.status is Status.CANCELLED,
    StaffAction.MARK_SPAM: lambda now: now.status is Status.SPAM,
    StaffAction.MARK_GENUINE: lambda now: now.status in STANDING,
    StaffAction.ERASE: lambda now: now.status is Status.ERASED,
}
"""Whether there is nothing left to do, as the services see it."""


def _nobody(_submission: Submission) -> None:
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
        promoted: Told = _nobody,
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
        self, submission_id: str, *, by: str, expected: int | None = None, promoted: Told = _nobody
    ) -> Submission:
        """Cancel a submission."""
        del by
        return self._actions.act(submission_id, StaffAction.CANCEL, expected=expected, promoted=promoted)

    def mark_spam(
        self, submission_id: str, *, by: str, expected: int | None = None, promoted: Told = _nobody
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
        promoted: Told = _nobody,
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
        promoted: Told = _nobody,
    ) -> QuotaState:
        """Set an option's capacity."""
        del by
        body = {"capacity": capacity} | ({} if instead_of is None else {"instead_of": instead_of})
        state = self._api.change("PUT", "quotas", form, option, body=body)
        for each in state["promoted"]:
            promoted(read_submission(each))
        return read_quota(state)


class LocalSigner(Signer):
    """Makes fingerprints that tell persons apart within one command. The stack's own keys stay in the stack."""

    def __init__(self) -> None:
        self._key = os.urandom(32)

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return a fingerprint under a key that ends with the command."""
        return hmac.digest(self._key, f"{purpose}\n{value}".encode(), hashlib.sha256).hex()


class ApiRestore(RestoreService):
    """Restores submissions through the API."""

    def __init__(self, api: Api, reads: ApiReads, forms: FormCatalogue) -> None:
        super().__init__(
            forms=forms,
            repository=repository(reads),
            signer=LocalSigner(),
            clock=api.clock,
            randomness=os.urandom,
        )
        self._actions = Actions(api, reads)

    def ensure_alone(self, submission: Submission) -> None:
        """Raise AlreadyRegisteredError if the same person now has another submission for the option."""
        spam = submission.status is Status.SPAM
        self._actions.check(submission, StaffAction.MARK_GENUINE if spam else StaffAction.RESTORE)

    def restore(self, plan: Restoration, *, by: str) -> Submission:
        """Restore as planned."""
        del by
        return self._actions.act(plan.before.id, StaffAction.RESTORE, expected=plan.before.version)

    def mark_genuine(self, submission_id: str, *, by: str, expected: int | None = None) -> Submission:
        """Mark suspected spam as genuine."""
        del by
        return self._actions.act(submission_id, StaffAction.MARK_GENUINE, expected=expected)


class ApiEdits(EditService):
    """Edits submissions through the API."""

    def __init__(self, api: Api, reads: ApiReads, forms: FormCatalogue) -> None:
        super().__init__(
            forms=forms,
            repository=repository(reads),
            signer=LocalSigner(),
            clock=api.clock,
            randomness=os.urandom,
        )
        self._api = api
        self._changes: dict[str, Mapping[str, Answer]] = {}

    def plan(self, before: Submission, changes: Mapping[str, Answer]) -> Edit:
        """Return what these answers would change, checked here and by the API; nothing is written."""
        plan = super().plan(before, changes)
        self._changes[before.id] = changes
        if plan.fields:
            self._send(before, dry_run=True)
        return plan

    def carry_out(self, edit: Edit, *, by: str, may_wait: bool = False, promoted: Told = _nobody) -> Submission:
        """Store an edit and return the submission."""
        del by
        if not edit.fields:
            return edit.before
        after = self._send(edit.before, waitlist=may_wait)
        for each in after["promoted"]:
            promoted(read_submission(each))
        return read_submission(after)

    def _ensure_alone(self, before: Submission, after: Submission) -> None:
        """Leave it to the API, which has the guards."""

    def _send(self, before: Submission, **more: bool) -> dict[str, Any]:
        body: dict[str, object] = {"answers": dict(self._changes[before.id]), **more}
        return self._api.change("PATCH", "submissions", before.id, "answers", body=body, version=before.version)


class ApiNotes(NoteService):
    """Adds and removes notes through the API."""

    def __init__(self, api: Api, reads: ApiReads) -> None:
        super().__init__(repository=repository(reads), clock=api.clock)
        self._api = api

    def add(self, submission_id: str, text: str, *, by: str, note_id: str) -> Submission:
        """Add a note."""
        del by
        return read_submission(
            self._api.change("POST", "submissions", submission_id, "notes", body={"text": text}, key=note_id)
        )

    def remove(self, submission_id: str, note_id: str, *, by: str) -> Submission:
        """Remove a note."""
        del by
        return read_submission(self._api.change("DELETE", "submissions", submission_id, "notes", note_id))


class ApiAttendance(AttendanceService):
    """Checks people in through the API, and lists them."""

    def __init__(self, api: Api, reads: ApiReads, forms: FormCatalogue, query: ApiQuery) -> None:
        super().__init__(forms=forms, repository=repository(reads), query=query, clock=api.clock)
        self._api = api
        self._reads = reads

    def check_in(
        self, submission_id: str, day: date | None = None, *, by: str, at: datetime | None = None
    ) -> Submission:
        """Check a person in for a day."""
        del by
        return self._change("PUT", submission_id, day, None if at is None else {"at": iso(at)})

    def undo(self, submission_id: str, day: date | None = None, *, by: str) -> Submission:
        """Undo a day's check-in."""
        del by
        return self._change("DELETE", submission_id, day)

    def _change(
        self, method: str, submission_id: str, day: date | None, body: Mapping[str, str] | None = None
    ) -> Submission:
        its_day = self.today(self._reads.get(submission_id).form) if day is None else day
        return read_submission(
            self._api.change(method, "submissions", submission_id, "check-ins", its_day.isoformat(), body=body)
        )
