"""The staff function over a table in memory, and the people who call it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from contract.fakes import CountedRandomness, ListedMailQueue, PlainSigner, StoppedClock
from contract.file_fakes import InMemoryFiles
from contract.mail_fakes import InMemoryAskedMails, InMemoryJournal, InMemorySuppressionList
from contract.manage_fake import InMemoryManagedRepository
from described import assert_described, operation_of
from unit.handlers.my_desk import FORMS

from lambda_handlers.log import Log
from lambda_handlers.staff_function import StaffFunction
from registration_core.adapters.exported_files import ExportedFiles
from registration_core.adapters.given_forms import GivenForms
from registration_core.domain.examples import fit_ages
from registration_core.domain.validation import example_submission
from registration_core.services.attendance import AttendanceService
from registration_core.services.edit import EditService
from registration_core.services.file_links import FileLinks, SignedFileLinks
from registration_core.services.manage import ManageService
from registration_core.services.notes import NoteService
from registration_core.services.openings import OpeningsService
from registration_core.services.query import QueryService
from registration_core.services.resend import ResendService
from registration_core.services.restore import RestoreService
from registration_core.services.submit import SubmitService
from registration_core.settings import StaffSettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.submission import Submission

SITE = "https://courses.example.org"
CLIENT = "3k7ndesk"
MANAGER, READER = "ada.manager@example.org", "rita.reader@example.org"
COLLEAGUE = "bo.colleague@example.org"
GROUPS = {MANAGER: "managers", COLLEAGUE: "managers", READER: "readers"}
ARN = "arn:aws:iam::123456789012:user/ada"


def claims(name: str, **changes: Any) -> dict[str, Any]:
    """Return the claims of a valid access token, as API Gateway passes them on."""
    group = {"cognito:groups": GROUPS[name]} if name in GROUPS else {}
    return {"token_use": "access", "client_id": CLIENT, "username": name, "sub": "5d1c", **group} | changes


@dataclass
class Answer:
    """One response."""

    raw: dict[str, Any]

    @property
    def status(self) -> int:
        return int(self.raw["statusCode"])

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.raw["headers"])

    @property
    def json(self) -> Any:
        return json.loads(self.raw["body"])


class Bucket:
    """S3, as far as exports need it. objects: by link."""

    def __init__(self) -> None:
        self.objects: dict[str, dict[str, Any]] = {}
        self.failure: Exception | None = None

    def put_object(self, **stored: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.objects[f"https://s3.example.org/{stored['Bucket']}/{stored['Key']}"] = stored

    def generate_presigned_url(self, operation: str, *, Params: dict[str, str], ExpiresIn: int) -> str:  # noqa: N803 - boto3's
        assert (operation, ExpiresIn) == ("get_object", 300)
        return f"https://s3.example.org/{Params['Bucket']}/{Params['Key']}"


@dataclass
class MemoryServices:
    """The services of one call, in memory. failure: what they raise."""

    office: StaffOffice
    failure: Exception | None = None

    @property
    def clock(self) -> StoppedClock:
        return self.office.clock

    @property
    def forms(self) -> Mapping[str, Form]:
        if self.failure is not None:
            raise self.failure
        return self.office.forms

    def form_of(self, submission: Submission) -> Form | None:
        return next((each for each in self._known(submission.form) if each.version == submission.form_version), None)

    def versions_of(self, form: str) -> Sequence[Form]:
        return self._known(form)

    def query(self) -> QueryService:
        return QueryService(forms=self.forms, repository=self.office.table, clock=self.clock, versions=self.versions_of)

    def journal(self) -> Journal:
        return InMemoryJournal(self.office.table)

    def exported_files(self) -> ExportedFiles:
        return ExportedFiles(self.office.bucket, "exports")

    def files(self) -> FileLinks:
        return SignedFileLinks(InMemoryFiles(), clock=self.clock)

    def manage(self) -> ManageService:
        return ManageService(forms=self._catalogue, **self.office.shared)

    def edit(self) -> EditService:
        return EditService(forms=self._catalogue, signer=PlainSigner(), **self.office.shared)

    def restore(self) -> RestoreService:
        return RestoreService(forms=self._catalogue, signer=PlainSigner(), **self.office.shared)

    def resend(self) -> ResendService:
        return ResendService(
            asked=InMemoryAskedMails(self.office.table),
            queue=self.office.queue,
            clock=self.clock,
            suppressions=self.office.suppressions,
            forms=self._catalogue,
        )

    def attendance(self) -> AttendanceService:
        return AttendanceService(
            forms=self._catalogue, repository=self.office.table, query=self.query(), clock=self.clock
        )

    def openings(self) -> OpeningsService:
        return OpeningsService(repository=self.office.table, clock=self.clock)

    def notes(self) -> NoteService:
        return NoteService(repository=self.office.table, clock=self.clock)

    @property
    def _catalogue(self) -> GivenForms:
        return GivenForms(self.forms)

    def _known(self, form: str) -> list[Form]:
        return [each for each in (*self.forms.values(), *self.office.older) if each.name == form]


@dataclass
class StaffOffice:
    """A stack in memory with this clone's forms. older: versions of forms that are no longer in force."""

    auth: str = "cognito"
    forms: dict[str, Form] = field(default_factory=lambda: dict(FORMS))
    older: list[Form] = field(default_factory=list)
    failure: Exception | None = None

    def __post_init__(self) -> None:
        self.clock = StoppedClock()
        self.bucket = Bucket()
        self.table = InMemoryManagedRepository(clock=self.clock, randomness=CountedRandomness("table"))
        self.shared: dict[str, Any] = {
            "repository": self.table,
            "clock": self.clock,
            "randomness": CountedRandomness("office"),
        }
        self.queue, self.suppressions = ListedMailQueue(), InMemorySuppressionList(self.clock)
        self.submits = SubmitService(signer=PlainSigner(), **self.shared)
        settings = StaffSettings(
            stack="test",
            log_level="INFO",
            table="t",
            staff_auth=self.auth,
            allowed_origins=(SITE,),
            mail_queue_url="https://queue.example.org/mail",
            exports_bucket="exports",
            staff_clients=(CLIENT,),
        )
        self.function = StaffFunction(settings, begin=lambda: MemoryServices(self, self.failure), log=Log("staff"))

    def register(self, form: str = "registration", **answers: Any) -> Submission:
        """Fill in a form as somebody."""
        definition = self.forms[form]
        filled_in = {**example_submission(definition), "email": f"{len(self.table.entries)}@example.org", **answers}
        receipt = self.submits.submit(definition, fit_ages(definition, filled_in), key=None, language="en")
        self.clock.forward(seconds=1)
        return self.table.get(receipt.id)

    def event(self, method: str, path: str, *, context: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
        """Return a proxy event. path: with its query."""
        address = urlsplit(path)
        query = dict(pair.partition("=")[::2] for pair in address.query.split("&") if pair)
        return {
            "httpMethod": method,
            "path": address.path,
            "headers": {"Origin": SITE, **parts.get("headers", {})},
            "queryStringParameters": query or None,
            "body": parts.get("body"),
            "requestContext": {"requestId": "r-1", **context},
        }

    def call(
        self, method: str, path: str, *, who: str = MANAGER, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Call the API as somebody. Fails if the answer isn't as docs/openapi.json describes it."""
        context: dict[str, Any] = {"authorizer": {"claims": claims(who)}}
        if self.auth == "iam":
            context = {"identity": {"userArn": who}}
        sent = {"Content-Type": "application/json", **(headers or {})}
        text = None if body is None else json.dumps(body)
        answer = Answer(self.function(self.event(method, path, context=context, headers=sent, body=text)))
        operation = operation_of(method, urlsplit(path).path)
        if operation is not None:
            assert_described(operation, answer.status, answer.headers, answer.raw["body"])
        return answer

    def get(self, path: str, *, who: str = MANAGER) -> Answer:
        """Look at something."""
        return self.call("GET", path, who=who)
