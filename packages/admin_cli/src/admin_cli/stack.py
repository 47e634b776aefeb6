"""A stack as the command line uses it: its description, its submissions, its AWS services."""

from __future__ import annotations

import contextlib
import json
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol, Self

from admin_cli.aws import sessions
from admin_cli.errors import CliError, ExitCode
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.services.staff_services import SubmissionServices

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from admin_cli.aws.contexts import Context
    from admin_cli.export.source import Source
    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.guard_keys import GuardKeys
    from registration_core.adapters.dynamodb.stored_forms import StoredForms
    from registration_core.adapters.dynamodb.table import Table
    from registration_core.adapters.dynamodb.wire import WireCall
    from registration_core.bootstrap.command_line import MailingParts, WebhookParts
    from registration_core.domain.calendar_link import CalendarLink
    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.submission import Submission
    from registration_core.services.attendance import AttendanceService
    from registration_core.services.edit import EditService
    from registration_core.services.file_links import FileLinks
    from registration_core.services.intake import IntakeService
    from registration_core.services.manage import ManageService
    from registration_core.services.notes import NoteService
    from registration_core.services.openings import OpeningsService
    from registration_core.services.query import QueryService
    from registration_core.services.restore import RestoreService

SECRET_PREFIX = "rollcall/"  # noqa: S105 - where the stack describes itself, no secret


@dataclass(frozen=True, slots=True)
class Desk:
    """How staff sign in to the desk and the staff API. kind: cognito or iam; with iam there is nothing else."""

    kind: str
    user_pool_id: str | None = None
    client_id: str | None = None
    sign_in_url: str | None = None

    @classmethod
    def from_description(cls, values: object) -> Self | None:
        """Read the secret's part about the desk; None if the stack has none."""
        if not isinstance(values, dict) or not isinstance(values.get("kind"), str):
            return None
        texts = {field.name: values.get(field.name) for field in fields(cls)}
        return cls(**{name: text for name, text in texts.items() if isinstance(text, str)})


@dataclass(frozen=True, slots=True)
class WebhookPlaces:
    """Where a stack's webhooks wait, and the name of the secret with their keys."""

    queue_url: str
    dead_letters_url: str
    secret: str

    @classmethod
    def from_description(cls, values: object) -> Self | None:
        """Read the secret's part about webhooks; None if the stack delivers none."""
        if not isinstance(values, dict):
            return None
        return cls(**{field.name: str(values.get(field.name, "")) for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class StackDescription:
    """What Terraform wrote about a stack. It may have written more than is read here.

    desk, webhooks: None if the stack has none. files_bucket: None if the stack accepts no files.
    """

    stack: str
    region: str
    api_url: str
    site_url: str
    site_bucket: str
    distribution_id: str
    table: str
    mail_queue_url: str
    mail_dead_letters_url: str
    stream_dead_letters_url: str
    sender: str
    desk: Desk | None = None
    webhooks: WebhookPlaces | None = None
    files_bucket: str | None = None

    @classmethod
    def from_mapping(cls, values: Mapping[str, object]) -> Self:
        """Read the secret's content. Raises CliError, naming what is missing."""
        names = [field.name for field in fields(cls) if field.default is MISSING]
        missing = [name for name in names if not isinstance(values.get(name), str)]
        if missing:
            raise CliError(
                f"The stack's description has no {', '.join(missing)}.",
                hint="Another version of infra/terraform wrote it. Apply infra/terraform again.",
            )
        return cls(
            **{name: str(values[name]) for name in names},
            desk=Desk.from_description(values.get("desk")),
            webhooks=WebhookPlaces.from_description(values.get("webhooks")),
            files_bucket=_bucket(values.get("files")),
        )


def _bucket(values: object) -> str | None:
    bucket = values.get("bucket") if isinstance(values, dict) else None
    return bucket if isinstance(bucket, str) else None


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials these are. arn: the IAM identity, as histories name it."""

    account: str
    arn: str


def stored_forms(dynamodb: Any, table: str) -> StoredForms:  # noqa: ANN401 - boto3 has no types
    """Connect to the forms that a stack stores."""
    from registration_core.adapters.dynamodb.stored_forms import StoredForms  # noqa: PLC0415 - loads the SDK
    from registration_core.bootstrap.connections import staff_table  # noqa: PLC0415

    return StoredForms(staff_table(dynamodb, table))


class Stack(SubmissionServices, Protocol):
    """What commands need from a stack. Each member may raise CliError."""

    @property
    def context(self) -> Context:
        """The context of this stack."""

    @property
    def name(self) -> str:
        """The stack's name, as the stack itself says. Raises CliError."""

    @property
    def heading(self) -> str:
        """What a change to the stack begins with: which stack it is, and where. Raises CliError."""

    @property
    def by(self) -> str:
        """Whom histories name: an IAM identity, or whoever signed in to the staff API. Raises CliError."""

    @property
    def description(self) -> StackDescription:
        """The stack's description, read once. Raises CliError."""

    @property
    def caller(self) -> Caller:
        """The identity of these credentials, read once. Raises CliError."""

    def mailing(self) -> MailingParts:
        """Connect to the parts that send mails. Raises CliError."""

    def webhooks(self) -> WebhookParts:
        """Connect to the parts that deliver webhooks. Raises CliError if the stack delivers none."""

    def calendar_link(self) -> CalendarLink:
        """Connect to the secret of the staff's calendar. Raises CliError."""

    def deployed_version(self, form: str) -> str | None:
        """Ask the API which version of a form is deployed; None if none is. Raises CliError."""

    def intake(self) -> IntakeService:
        """Connect to the service that imports rows. Raises CliError."""

    def source(self) -> Source:
        """Connect to the table as exports read it. Raises CliError."""

    def client(self, service: str, say: Callable[[str], None] | None = None) -> Any:  # noqa: ANN401 - boto3 has no types
        """Make a client of an AWS service. say: reports throttling; None for the default. Raises CliError."""

    def account(self) -> str:
        """Return the AWS account number. Raises CliError."""


@dataclass(frozen=True)
class AwsStack:
    """A stack in AWS or in an emulator. Only the context says which.

    say: shows a person a message while they wait. session: makes an AWS session with the context's credentials. noted:
    called with the stack's forms once they are read.
    """

    context: Context
    say: Callable[[str], None]
    session: Callable[[Context], Any] = sessions.session
    noted: Callable[[Mapping[str, Form]], None] = lambda _forms: None
    plain: Callable[[Context, str], WireCall | None] = lambda _context, _service: None
    """Makes a call to a service without the SDK; None if only the SDK can."""
    _one_at_a_time: Lock = field(default_factory=Lock, init=False, repr=False, compare=False)
    """Threads may share clients, but not the session that makes them."""

    @cached_property
    def description(self) -> StackDescription:
        """Read the stack's secret. Raises CliError; if there is no such stack, with those that exist."""
        plainly = self.plain(self.context, "secretsmanager")
        if plainly is not None:
            with contextlib.suppress(AwsCallError):  # the SDK tries again, and its error becomes a message
                answer = plainly("GetSecretValue", {"SecretId": SECRET_PREFIX + self.context.stack})
                return StackDescription.from_mapping(json.loads(answer["SecretString"]))
        secrets = self.client("secretsmanager")
        with sessions.sentences(self.context):
            try:
                answer = secrets.get_secret_value(SecretId=SECRET_PREFIX + self.context.stack)
            except secrets.exceptions.ResourceNotFoundException as error:
                raise self._no_stack(self._stacks(secrets)) from error
            except secrets.exceptions.ClientError as error:
                # A role that may read one stack's secret may not read another's. The list of names shows if it exists.
                stacks = self._stacks(secrets) if sessions.is_denial(error) else []
                if stacks and self.context.stack not in stacks:
                    raise self._no_stack(stacks) from error
                raise
        return StackDescription.from_mapping(json.loads(answer["SecretString"]))

    @property
    def name(self) -> str:
        """Return the name in the description."""
        return self.description.stack

    @property
    def heading(self) -> str:
        """Name the stack, its account and its region."""
        return f"Stack {self.name}, account {self.caller.account}, {self.description.region}"

    @property
    def by(self) -> str:
        """Return the ARN of these credentials."""
        return self.caller.arn

    @cached_property
    def forms(self) -> Mapping[str, Form]:
        """Read the forms that were published to the stack."""
        forms = self._stored_forms.read()
        self.noted(forms)
        return forms

    @cached_property
    def caller(self) -> Caller:
        """Ask whose credentials these are."""
        with sessions.sentences(self.context):
            identity = self.client("sts").get_caller_identity()
        return Caller(str(identity["Account"]), str(identity["Arn"]))

    def form_of(self, submission: Submission) -> Form | None:
        """Return the form version that a submission was sent with; None if it isn't stored."""
        return self._stored_forms.form_of(submission, self.forms)

    def versions_of(self, form: str) -> Sequence[Form]:
        """Read every stored version: an option can be gone from the form and still have submissions."""
        return self._stored_forms.versions(form)

    def call(self, service: str, say: Callable[[str], None] | None = None) -> Call:
        """Make a `Call` of a service, without the SDK if possible."""
        plainly = self.plain(self.context, service)
        if plainly is not None:
            return plainly
        from registration_core.adapters.dynamodb.sdk import sdk_call  # noqa: PLC0415 - half a second

        return sdk_call(self.client(service, say))

    @cached_property
    def _stored_forms(self) -> StoredForms:
        from registration_core.adapters.dynamodb.retries import STAFF_RETRY_S  # noqa: PLC0415 - not for AWS alone
        from registration_core.adapters.dynamodb.stored_forms import StoredForms  # noqa: PLC0415
        from registration_core.adapters.dynamodb.table import Table  # noqa: PLC0415

        return StoredForms(Table(self.call("dynamodb"), self.description.table, retry_s=STAFF_RETRY_S))

    def query(self) -> QueryService:
        """Connect to the stack's table, with the forms that the stack stores."""
        from registration_core.bootstrap.staff import query_service  # noqa: PLC0415 - only commands that read submissions

        return query_service(self._table, self.forms or None)

    def journal(self) -> Journal:
        """Connect to the stack's table through its index of topics."""
        from registration_core.bootstrap.staff import journal  # noqa: PLC0415 - only commands that look over everything

        return journal(self._table)

    def manage(self) -> ManageService:
        """Connect to the stack's table, to change what is in it."""
        from registration_core.adapters.given_forms import GivenForms  # noqa: PLC0415 - only commands that change
        from registration_core.bootstrap.staff import manage_service  # noqa: PLC0415 - submissions

        return manage_service(self._table, GivenForms(self.forms))

    def attendance(self) -> AttendanceService:
        """Connect to the stack's table, to check people in."""
        from registration_core.adapters.given_forms import GivenForms  # noqa: PLC0415 - only commands about
        from registration_core.bootstrap.staff import attendance_service  # noqa: PLC0415 - attendance

        return attendance_service(self._table, GivenForms(self.forms))

    def openings(self) -> OpeningsService:
        """Connect to the stack's table, to open and close forms."""
        from registration_core.bootstrap.staff import openings_service  # noqa: PLC0415 - only `rollcall forms`

        return openings_service(self._table)

    def notes(self) -> NoteService:
        """Connect to the stack's table, to change notes."""
        from registration_core.bootstrap.staff import note_service  # noqa: PLC0415 - only `rollcall note`

        return note_service(self._table)

    def edit(self) -> EditService:
        """Connect to the stack's table, to edit submissions."""
        from registration_core.adapters.given_forms import GivenForms  # noqa: PLC0415 - only commands that change
        from registration_core.bootstrap.staff import edit_service  # noqa: PLC0415 - what submissions say

        return edit_service(self._table, GivenForms(self.forms), self._guard_keys)

    def restore(self) -> RestoreService:
        """Connect to the stack's table, to restore submissions."""
        from registration_core.adapters.given_forms import GivenForms  # noqa: PLC0415 - only commands that change
        from registration_core.bootstrap.staff import restore_service  # noqa: PLC0415 - submissions

        return restore_service(self._table, GivenForms(self.forms), self._guard_keys)

    def calendar_link(self) -> CalendarLink:
        """Connect to the stack's table."""
        from registration_core.bootstrap.staff import calendar_link  # noqa: PLC0415 - only `rollcall calendar`

        return calendar_link(self._table)

    def intake(self) -> IntakeService:
        """Connect to the stack's table, to import rows."""
        from registration_core.bootstrap.command_line import intake_service  # noqa: PLC0415 - only for an import

        return intake_service(self.client("dynamodb"), self.description.table, self._guard_keys)

    @cached_property
    def _guard_keys(self) -> GuardKeys:
        from registration_core.adapters.dynamodb.guard_keys import GuardKeys  # noqa: PLC0415 - only for guards

        return GuardKeys(self._table)

    @property
    def _table(self) -> Table:
        from registration_core.bootstrap.connections import staff_table  # noqa: PLC0415 - loads the SDK

        return staff_table(self.client("dynamodb"), self.description.table)

    def mailing(self) -> MailingParts:
        """Connect to the stack's table and queues."""
        from registration_core.adapters.given_forms import GivenForms  # noqa: PLC0415 - only commands that mail
        from registration_core.bootstrap.command_line import mailing_parts  # noqa: PLC0415

        description = self.description
        return mailing_parts(
            self.client,
            table=description.table,
            mail_queue_url=description.mail_queue_url,
            mail_dead_letters_url=description.mail_dead_letters_url,
            stream_dead_letters_url=description.stream_dead_letters_url,
            webhook_queue_url=description.webhooks.queue_url if description.webhooks is not None else "",
            forms=GivenForms(self.forms),
            signer=self._guard_keys,
        )

    def files(self) -> FileLinks:
        """Connect to the bucket with registrants' files."""
        from registration_core.bootstrap.files import file_links  # noqa: PLC0415 - only commands about files
        from registration_core.domain.file_errors import NoFilesError  # noqa: PLC0415

        if self.description.files_bucket is None:
            raise NoFilesError
        return file_links(self.client("s3"), self.description.files_bucket)

    def webhooks(self) -> WebhookParts:
        """Connect to the webhooks' queue, secret and deliveries."""
        from registration_core.bootstrap.command_line import webhook_parts  # noqa: PLC0415 - only `rollcall webhook`

        places = self.description.webhooks
        if places is None:
            raise CliError(
                f"The stack {self.description.stack} delivers no webhooks.",
                hint="Add webhooks = {} to the stack's values and apply: docs/options.md, Webhooks.",
            )
        return webhook_parts(
            self.client,
            table=self.description.table,
            queue_url=places.queue_url,
            dead_letters_url=places.dead_letters_url,
            secret=places.secret,
        )

    def deployed_version(self, form: str) -> str | None:
        """Ask the API, which answers with the deployed version."""
        from admin_cli.aws.deployed_form import version_at  # noqa: PLC0415 - only commands that need the functions' own

        return version_at(self.description.api_url, form)

    def source(self) -> Source:
        """Connect to the stack's table, to read it whole."""
        from admin_cli.export.source import StackSource  # noqa: PLC0415 - only exports

        return StackSource(self)

    def client(self, service: str, say: Callable[[str], None] | None = None) -> Any:  # noqa: ANN401 - boto3 has no types
        """Make a client with the context's region, endpoint and credentials."""
        with self._one_at_a_time:
            return sessions.client(self.context, service, self._session, say or self.say)

    @cached_property
    def _session(self) -> Any:  # noqa: ANN401 - boto3 has no types
        return self.session(self.context)

    def account(self) -> str:
        """Return the account of these credentials."""
        return self.caller.account

    def _no_stack(self, stacks: list[str]) -> CliError:
        where = f"at {self.context.endpoint_url}" if self.context.endpoint_url else f"in {self.context.region}"
        others = f"There are: {', '.join(stacks)}." if stacks else "No other stack was found."
        hint = (
            "Start it: rollcall local up"
            if self.context.on_this_machine and not stacks
            else ("Add a context for another stack: rollcall context add NAME --stack STACK --region REGION")
        )
        return CliError(
            f"There is no stack {self.context.stack!r} {where}. {others}",
            hint=hint,
            exit_code=ExitCode.NOT_FOUND,
        )

    def _stacks(self, secrets: Any) -> list[str]:  # noqa: ANN401 - boto3 has no types
        """Return the names of the stacks here; none if the role may not list them."""
        pages = secrets.get_paginator("list_secrets").paginate(Filters=[{"Key": "name", "Values": [SECRET_PREFIX]}])
        try:
            with sessions.sentences(self.context):
                names = [secret["Name"].removeprefix(SECRET_PREFIX) for page in pages for secret in page["SecretList"]]
        except CliError:
            return []
        return sorted(name for name in names if "/" not in name)
