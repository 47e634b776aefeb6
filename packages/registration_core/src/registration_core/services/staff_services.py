"""What commands and the staff API need from a stack: its forms, and the services for its submissions."""

from __future__ import annotations

from typing import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.submission import Submission
    from registration_core.services.attendance import AttendanceService
    from registration_core.services.edit import EditService
    from registration_core.services.file_links import FileLinks
    from registration_core.services.manage import ManageService
    from registration_core.services.notes import NoteService
    from registration_core.services.openings import OpeningsService
    from registration_core.services.query import QueryService
    from registration_core.services.restore import RestoreService


class SubmissionServices(Protocol):
    """The services for a stack's submissions. Each member may raise StorageUnavailableError."""

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms that the stack stores, by name, read once."""

    def form_of(self, submission: Submission) -> Form | None:
        """Return the form version that a submission was sent with; None if it isn't stored."""

    def versions_of(self, form: str) -> Sequence[Form]:
        """Return every stored version of a form."""

    def query(self) -> QueryService:
        """Return the service that finds submissions."""

    def journal(self) -> Journal:
        """Return the history of all submissions."""

    def manage(self) -> ManageService:
        """Return the service that changes submissions and seats."""

    def edit(self) -> EditService:
        """Return the service that edits submissions."""

    def restore(self) -> RestoreService:
        """Return the service that restores submissions."""

    def attendance(self) -> AttendanceService:
        """Return the service that checks people in and lists them."""

    def files(self) -> FileLinks:
        """Return what links to files. Raises NoFilesError if the stack accepts none."""

    def openings(self) -> OpeningsService:
        """Return the service that opens and closes forms and their options."""

    def notes(self) -> NoteService:
        """Return the service that adds notes to submissions and removes them."""
