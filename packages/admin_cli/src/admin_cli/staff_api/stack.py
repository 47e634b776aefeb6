"""A stack as commands use it, through its staff API."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from admin_cli.staff_api.unsupported import not_through_the_api
from registration_core.adapters.given_forms import GivenForms
from registration_core.domain.forms import Form

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from admin_cli.aws.contexts import Context
    from admin_cli.export.source import Source
    from admin_cli.stack import Caller, StackDescription
    from admin_cli.staff_api.api import Api
    from admin_cli.staff_api.desk_values import ApiAttendance, ApiNotes
    from admin_cli.staff_api.edits import ApiEdits, ApiRestore
    from admin_cli.staff_api.files import ApiFileLinks
    from admin_cli.staff_api.manage import ApiManage
    from admin_cli.staff_api.openings import ApiOpenings
    from admin_cli.staff_api.reads import ApiJournal, ApiQuery, ApiReads
    from registration_core.bootstrap.command_line import MailingParts, WebhookParts
    from registration_core.domain.calendar_link import CalendarLink
    from registration_core.domain.submission import Submission
    from registration_core.services.intake import IntakeService


@dataclass(frozen=True)
class ApiStack:
    """A stack whose staff API does the work. noted: called with its forms once they are read."""

    context: Context
    api: Api
    noted: Callable[[Mapping[str, Form]], None] = lambda _forms: None
    sleep: Callable[[float], None] = time.sleep
    monotonic: Callable[[], float] = time.monotonic
    _versions: dict[str, Sequence[Form]] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def _me(self) -> Mapping[str, Any]:
        return self.api.get("me")

    @property
    def name(self) -> str:
        """Return the stack's name."""
        return str(self._me["stack"])

    @property
    def heading(self) -> str:
        """Name the stack, and whoever is signed in."""
        return f"Stack {self.name}, through its staff API, as {self.by}"

    @property
    def by(self) -> str:
        """Return whom histories name."""
        return str(self._me["name"])

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """Read the forms that were published to the stack."""
        described = self.api.get("forms")["forms"]
        forms = {each["name"]: Form.from_dict(each["definition"]) for each in described}
        self.noted(forms)
        return forms

    def form_of(self, submission: Submission) -> Form | None:
        """Return the form in force if that is the submission's version, otherwise the version that the stack kept."""
        now = self.forms.get(submission.form)
        if now is not None and now.version == submission.form_version:
            return now
        versions = self.versions_of(submission.form) if now is not None else ()
        return next((each for each in versions if each.version == submission.form_version), None)

    def versions_of(self, form: str) -> Sequence[Form]:
        """Return every stored version of a form, read once."""
        if form not in self._versions:
            versions = self.api.get("forms", form, "versions")["versions"]
            self._versions[form] = [Form.from_dict(each) for each in versions]
        return self._versions[form]

    @cached_property
    def _reads(self) -> ApiReads:
        from admin_cli.staff_api.reads import ApiReads  # noqa: PLC0415 - what a command needs

        return ApiReads(self.api)

    @cached_property
    def _query(self) -> ApiQuery:
        from admin_cli.staff_api.reads import ApiQuery  # noqa: PLC0415 - what a command needs

        return ApiQuery(self.api, self._reads, self.forms, self.versions_of)

    @property
    def _catalogue(self) -> GivenForms:
        return GivenForms(self.forms)

    def query(self) -> ApiQuery:
        """Return the service that finds submissions."""
        return self._query

    def journal(self) -> ApiJournal:
        """Return the history of all submissions."""
        from admin_cli.staff_api.reads import ApiJournal  # noqa: PLC0415 - what a command needs

        return ApiJournal(self.api, self._reads)

    def manage(self) -> ApiManage:
        """Return the service that changes submissions and seats."""
        from admin_cli.staff_api.manage import ApiManage  # noqa: PLC0415 - only for changes

        return ApiManage(self.api, self._reads, self._catalogue)

    def attendance(self) -> ApiAttendance:
        """Return the service that checks people in and lists them."""
        from admin_cli.staff_api.desk_values import ApiAttendance  # noqa: PLC0415 - only for attendance

        return ApiAttendance(self.api, self._reads, self._catalogue, self._query)

    def openings(self) -> ApiOpenings:
        """Return the service that opens and closes forms and their options."""
        from admin_cli.staff_api.openings import ApiOpenings  # noqa: PLC0415 - only `rollcall forms`

        return ApiOpenings(self.api, self._reads)

    def notes(self) -> ApiNotes:
        """Return the service that adds and removes notes."""
        from admin_cli.staff_api.desk_values import ApiNotes  # noqa: PLC0415 - only for notes

        return ApiNotes(self.api, self._reads)

    def files(self) -> ApiFileLinks:
        """Return what links to files."""
        from admin_cli.staff_api.files import ApiFileLinks  # noqa: PLC0415 - only for files

        return ApiFileLinks(self.api)

    def edit(self) -> ApiEdits:
        """Return the service that edits submissions."""
        from admin_cli.staff_api.edits import ApiEdits  # noqa: PLC0415 - only for changes

        return ApiEdits(self.api, self._reads, self._catalogue)

    def restore(self) -> ApiRestore:
        """Return the service that restores submissions."""
        from admin_cli.staff_api.edits import ApiRestore  # noqa: PLC0415 - only for changes

        return ApiRestore(self.api, self._reads, self._catalogue)

    def mailing(self) -> MailingParts:
        """Return the services that send mails: only what the API offers."""
        from admin_cli.staff_api.mails import api_mailing, mail_states  # noqa: PLC0415 - only for mails
        from registration_core.services.mail_watch import MailWatch  # noqa: PLC0415

        watch = MailWatch(asked=mail_states(self._reads), sleep=self.sleep, monotonic=self.monotonic)
        return api_mailing(self.api, self._catalogue, watch)

    def source(self) -> Source:
        """Return the submissions as exports read them."""
        from admin_cli.staff_api.exports import ApiSource  # noqa: PLC0415 - only for exports

        return ApiSource(self)

    @property
    def description(self) -> StackDescription:
        """Raise CliError: it is for those with rights in AWS."""
        raise not_through_the_api()

    @property
    def caller(self) -> Caller:
        """Raise CliError: whoever signed in has no AWS identity."""
        raise not_through_the_api()

    def intake(self) -> IntakeService:
        """Raise CliError: the API imports nothing."""
        raise not_through_the_api()

    def deployed_version(self, form: str) -> str | None:  # noqa: ARG002 - as the protocol has it
        """Raise CliError: only commands for operators ask."""
        raise not_through_the_api()

    def webhooks(self) -> WebhookParts:
        """Raise CliError: webhooks are for operators."""
        raise not_through_the_api()

    def calendar_link(self) -> CalendarLink:
        """Raise CliError: the link's secret is in the table."""
        raise not_through_the_api()

    def client(self, service: str, say: Callable[[str], None] | None = None) -> Any:  # noqa: ANN401, ARG002 - as above
        """Raise CliError."""
        raise not_through_the_api()

    def account(self) -> str:
        """Raise CliError."""
        raise not_through_the_api()
