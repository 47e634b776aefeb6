"""Notes and check-ins through the staff API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.staff_api.reads import repository
from registration_core.domain.records import iso
from registration_core.domain.whole_records import read_submission
from registration_core.services.attendance import AttendanceService
from registration_core.services.notes import NoteService

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from admin_cli.staff_api.api import Api
    from admin_cli.staff_api.reads import ApiQuery, ApiReads
    from registration_core.domain.ports import FormCatalogue
    from registration_core.domain.submission import Submission


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
