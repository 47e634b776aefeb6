"""Edits and restorations through the staff API: planned and checked here, carried out there."""

from __future__ import annotations

import hashlib
import hmac
import os
from typing import TYPE_CHECKING

from admin_cli.staff_api.reads import repository
from admin_cli.staff_api.statuses import Actions, nobody
from registration_core.domain.ports import Signer
from registration_core.domain.staff_actions import StaffAction
from registration_core.domain.submission import Status
from registration_core.domain.whole_records import read_submission
from registration_core.services.edit import EditService
from registration_core.services.restore import RestoreService

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from admin_cli.staff_api.api import Api
    from admin_cli.staff_api.reads import ApiReads
    from registration_core.domain.ports import FormCatalogue
    from registration_core.domain.submission import Submission
    from registration_core.domain.values import Answer
    from registration_core.services.edit import Edit
    from registration_core.services.manage import OnPromoted
    from registration_core.services.restore import Restoration


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

    def carry_out(self, edit: Edit, *, by: str, may_wait: bool = False, promoted: OnPromoted = nobody) -> Submission:
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
