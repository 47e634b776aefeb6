"""The services of the staff API, which are those of the command line, on the stack's table."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

from registration_core import bootstrap
from registration_core.adapters.dynamodb.stored_forms import StoredForms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.adapters.dynamodb.table import Table
    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.ports import Clock
    from registration_core.domain.submission import Submission
    from registration_core.services.query import QueryService


class StaffServices(Protocol):
    """What the routes need. Each method may raise StorageUnavailableError."""

    @property
    def clock(self) -> Clock:
        """The clock."""

    @property
    def forms(self) -> Mapping[str, Form]:
        """The forms that the stack stores, read once per call."""

    def form_of(self, submission: Submission) -> Form | None:
        """Return the form version that a submission was sent with; None if it isn't stored."""

    def versions_of(self, form: str) -> Sequence[Form]:
        """Return every stored version of a form."""

    def query(self) -> QueryService:
        """Return the service that finds submissions."""

    def journal(self) -> Journal:
        """Return the history of all submissions."""


class TableServices:
    """The services of one call: its forms are those that are stored now."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self.clock = clock
        self._table = table
        self._stored_forms = StoredForms(table)

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """Read the forms that were published to the stack."""
        return self._stored_forms.read()

    def form_of(self, submission: Submission) -> Form | None:
        """Return the form in force if that is the submission's version, otherwise read the version that was kept."""
        now = self.forms.get(submission.form)
        if now is not None and now.version == submission.form_version:
            return now
        return self._stored_forms.version(submission.form, submission.form_version)

    def versions_of(self, form: str) -> Sequence[Form]:
        """Read every stored version: an option can be gone from the form and still have submissions."""
        return self._stored_forms.versions(form)

    def query(self) -> QueryService:
        """Return the service that finds submissions, with the forms that the stack stores."""
        return bootstrap.query_service(self._table, self.forms)

    def journal(self) -> Journal:
        """Return the history of all submissions."""
        return bootstrap.journal(self._table)
