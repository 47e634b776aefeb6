"""The services of the staff API, which are those of the command line, on the stack's table."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from registration_core.adapters.dynamodb.guard_keys import GuardKeys
from registration_core.adapters.dynamodb.stored_forms import StoredForms
from registration_core.adapters.given_forms import GivenForms
from registration_core.bootstrap import staff
from registration_core.services.staff_services import SubmissionServices

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from registration_core.adapters.dynamodb.table import Table
    from registration_core.adapters.exported_files import ExportedFiles
    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.ports import Clock
    from registration_core.domain.submission import Submission
    from registration_core.services.attendance import AttendanceService
    from registration_core.services.edit import EditService
    from registration_core.services.file_links import FileLinks
    from registration_core.services.manage import ManageService
    from registration_core.services.notes import NoteService
    from registration_core.services.openings import OpeningsService
    from registration_core.services.query import QueryService
    from registration_core.services.resend import ResendService
    from registration_core.services.restore import RestoreService


class StaffServices(SubmissionServices, Protocol):
    """What the routes need. Each method may raise StorageUnavailableError."""

    @property
    def clock(self) -> Clock:
        """The clock."""

    def exported_files(self) -> ExportedFiles:
        """Return the exported files of the stack."""

    def resend(self) -> ResendService:
        """Return the service that sends mails again."""


class TableServices:
    """The services of one call: its forms are those that are stored now. exported_files, files: load the SDK."""

    def __init__(
        self,
        table: Table,
        clock: Clock,
        *,
        mail_queue_url: str,
        exported_files: Callable[[], ExportedFiles],
        files: Callable[[], FileLinks],
    ) -> None:
        self.clock = clock
        self.exported_files = exported_files
        self.files = files
        self._mail_queue_url = mail_queue_url
        self._table = table
        self._stored_forms = StoredForms(table)

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """Read the forms that were published to the stack."""
        return self._stored_forms.read()

    def form_of(self, submission: Submission) -> Form | None:
        """Return the form version that a submission was sent with; None if it isn't stored."""
        return self._stored_forms.form_of(submission, self.forms)

    def versions_of(self, form: str) -> Sequence[Form]:
        """Read every stored version: an option can be gone from the form and still have submissions."""
        return self._stored_forms.versions(form)

    def query(self) -> QueryService:
        """Return the service that finds submissions, with the forms that the stack stores."""
        return staff.query_service(self._table, self.forms)

    def journal(self) -> Journal:
        """Return the history of all submissions."""
        return staff.journal(self._table)

    def manage(self) -> ManageService:
        """Return the service that changes submissions and seats."""
        return staff.manage_service(self._table, self._catalogue)

    def edit(self) -> EditService:
        """Return the service that edits submissions."""
        return staff.edit_service(self._table, self._catalogue, GuardKeys(self._table))

    def restore(self) -> RestoreService:
        """Return the service that restores submissions."""
        return staff.restore_service(self._table, self._catalogue, GuardKeys(self._table))

    def resend(self) -> ResendService:
        """Return the service that sends mails again."""
        return staff.resend_service(
            self._table, mail_queue_url=self._mail_queue_url, forms=self._catalogue, signer=GuardKeys(self._table)
        )

    def attendance(self) -> AttendanceService:
        """Return the service that checks people in and lists them."""
        return staff.attendance_service(self._table, self._catalogue)

    def openings(self) -> OpeningsService:
        """Return the service that opens and closes forms and their options."""
        return staff.openings_service(self._table)

    def notes(self) -> NoteService:
        """Return the service that adds notes to submissions and removes them."""
        return staff.note_service(self._table)

    @property
    def _catalogue(self) -> GivenForms:
        return GivenForms(self.forms)
