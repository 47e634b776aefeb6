"""A command line with fakes behind its ports: it starts nothing and reads nothing from the machine."""

from __future__ import annotations

import contextlib
import io
import os
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import InMemorySubmissionRepository, StoppedClock
from contract.mail_fakes import InMemoryJournal

from admin_cli.app import run
from admin_cli.services import Services
from admin_cli.stack import Caller, StackDescription
from admin_cli.terminal.output import Output
from registration_core.domain.errors import InvalidCursorError, SubmissionNotFoundError, UnknownFormError
from registration_core.domain.identifiers import display_reference, new_reference
from registration_core.domain.quota import QuotaState
from registration_core.domain.submission import Event, MailRecord, Status, Submission, SubmissionDetails
from registration_core.services.listing import Listing
from registration_core.services.manage import ManageService
from registration_core.services.query import QueryService
from registration_core.services.restore import RestoreService
from rollcall_local.mailbox import Attachment, Mail
from rollcall_local.stack import Status as LocalStatus
from rollcall_local.terraform import Invocation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from admin_cli.aws.contexts import Context, ContextFile
    from admin_cli.export.source import Source
    from registration_core.bootstrap.command_line import MailingParts, WebhookParts
    from registration_core.domain.calendar_link import CalendarLink
    from registration_core.domain.forms import Form
    from registration_core.domain.journal import Journal
    from registration_core.domain.selection import Selection
    from registration_core.services.attendance import AttendanceService
    from registration_core.services.edit import EditService
    from registration_core.services.file_links import FileLinks
    from registration_core.services.intake import IntakeService
    from registration_core.services.manage import OnPromoted
    from registration_core.services.notes import NoteService
    from registration_core.services.openings import OpeningsService
    from rollcall_local.desk_users import DeskUser

DESCRIPTION = StackDescription(
    stack="local",
    region="eu-north-1",
    api_url="http://localhost:4566/api/v1",
    site_url="http://localhost:8080",
    site_bucket="rollcall-local-site",
    distribution_id="E1",
    table="rollcall-local",
    mail_queue_url="http://localhost:4566/000000000000/rollcall-local-mail",
    mail_dead_letters_url="http://localhost:4566/000000000000/rollcall-local-mail-dead-letters",
    stream_dead_letters_url="http://localhost:4566/000000000000/rollcall-local-stream-dead-letters",
    sender="Academy <courses@example.org>",
)

MAIL = Mail(
    id="01763879876543210987-1a2b3c4d",
    at=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    sender="Academy <forms@example.org>",
    to=["ada@example.org"],
    reply_to=None,
    subject="We have your registration",
    text="Hello Ada,\nwelcome.\n",
    html="<p>Hello Ada</p>",
    attachments=(Attachment("course.ics", "text/calendar", b"BEGIN:VCALENDAR"),),
)

STAFF = Caller("000000000000", "arn:aws:iam::000000000000:user/staff")


CTRL_C = "\x03"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True

    def readline(self, size: int | None = -1, /) -> str:
        typed = super().readline(size)
        if CTRL_C in typed:
            raise KeyboardInterrupt
        return typed


@dataclass
class FakeLocal:
    """A local system that records its calls."""

    running: bool = True
    keeps_data: bool = True
    mails: list[Mail] = field(default_factory=lambda: [MAIL])
    asked: list[str] = field(default_factory=list)
    people: list[DeskUser] = field(default_factory=list)

    def up(self, say: Callable[[str], None]) -> LocalStatus:
        say("emulator   started")
        self.asked.append("up")
        return self.status()

    def down(self, *, reset: bool) -> bool:
        self.asked.append("down --reset" if reset else "down")
        return self.running

    def status(self) -> LocalStatus:
        return LocalStatus(
            running=self.running,
            site_url="http://localhost:8080",
            api_url="http://localhost:4566/api/v1",
            endpoint_url="http://localhost:4566",
            mailbox_url="http://localhost:8025/",
            table="rollcall-local",
            stack="local",
            emulator="ministack" if self.keeps_data else "localstack, with ministack for DynamoDB",
            keeps_data=self.keeps_data,
            provider="stand-in",
            desk_url="http://localhost:8080/desk/" if self.people else None,
        )

    def messages(self) -> Sequence[Mail]:
        return self.mails

    def desk_users(self) -> Sequence[DeskUser]:
        return self.people

    def region(self) -> str:
        return "eu-north-1"

    @contextlib.contextmanager
    def terraform(self, command: str, arguments: Sequence[str]) -> Iterator[Invocation]:
        yield Invocation(("terraform", command, "-local", *arguments), Path.cwd(), os.environ)


@dataclass
class FakeStack:
    """A stack that answers from memory."""

    context: Context
    description: StackDescription = DESCRIPTION
    queries: QueryService | None = None
    managing: ManageService | None = None
    forms: Mapping[str, Form] = field(default_factory=dict)
    caller: Caller = STAFF
    editing: EditService | None = None
    restoring: RestoreService | None = None
    taking_in: IntakeService | None = None
    versions: Mapping[str, Form] = field(default_factory=dict)
    parts: MailingParts | None = None
    hooks: WebhookParts | None = None
    calendar: CalendarLink | None = None
    deployed: Mapping[str, str] = field(default_factory=dict)
    entries: Source | None = None
    clients: Mapping[str, Any] = field(default_factory=dict)
    journals: Journal | None = None
    attending: AttendanceService | None = None
    noting: NoteService | None = None
    linking: FileLinks | None = None
    opening: OpeningsService | None = None

    @property
    def name(self) -> str:
        return self.description.stack

    @property
    def heading(self) -> str:
        return f"Stack {self.name}, account {self.caller.account}, {self.description.region}"

    @property
    def by(self) -> str:
        return self.caller.arn

    def journal(self) -> Journal:
        return self.journals or InMemoryJournal(InMemorySubmissionRepository(StoppedClock(), bytes))

    def source(self) -> Source:
        assert self.entries is not None
        return self.entries

    def form_of(self, entry: Submission) -> Form | None:
        now = self.forms.get(entry.form)
        return now if now is not None and now.version == entry.form_version else self.versions.get(entry.form_version)

    def versions_of(self, form: str) -> list[Form]:
        return [each for each in [*self.forms.values(), *self.versions.values()] if each.name == form]

    def manage(self) -> ManageService:
        assert self.managing is not None
        return self.managing

    def attendance(self) -> AttendanceService:
        assert self.attending is not None
        return self.attending

    def openings(self) -> OpeningsService:
        assert self.opening is not None
        return self.opening

    def files(self) -> FileLinks:
        assert self.linking is not None
        return self.linking

    def notes(self) -> NoteService:
        assert self.noting is not None
        return self.noting

    def edit(self) -> EditService:
        assert self.editing is not None
        return self.editing

    def restore(self) -> RestoreService:
        assert self.restoring is not None
        return self.restoring

    def intake(self) -> IntakeService:
        assert self.taking_in is not None
        return self.taking_in

    def mailing(self) -> MailingParts:
        assert self.parts is not None
        return self.parts

    def webhooks(self) -> WebhookParts:
        assert self.hooks is not None
        return self.hooks

    def calendar_link(self) -> CalendarLink:
        assert self.calendar is not None
        return self.calendar

    def deployed_version(self, form: str) -> str | None:
        there = self.forms.get(form)
        return self.deployed.get(form, None if there is None else there.version)

    def query(self) -> QueryService:
        assert self.queries is not None
        return self.queries

    def client(self, service: str, say: Callable[[str], None] | None = None) -> Any:
        del say
        assert service in self.clients, f"no test of a command needs {service}"
        return self.clients[service]

    def account(self) -> str:
        return self.caller.account


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass
class CommandLine:
    """Runs commands with fakes; every run has new streams."""

    contexts: ContextFile
    local: FakeLocal = field(default_factory=FakeLocal)
    queries: QueryService | None = None
    managing: ManageService | None = None
    attending: AttendanceService | None = None
    noting: NoteService | None = None
    linking: FileLinks | None = None
    opening: OpeningsService | None = None
    editing: EditService | None = None
    restoring: RestoreService | None = None
    taking_in: IntakeService | None = None
    forms: Mapping[str, Form] = field(default_factory=dict)
    versions: Mapping[str, Form] = field(default_factory=dict)
    parts: MailingParts | None = None
    hooks: WebhookParts | None = None
    calendar: CalendarLink | None = None
    deployed: Mapping[str, str] = field(default_factory=dict)
    source: Source | None = None
    journal: Journal | None = None
    clients: Mapping[str, Any] = field(default_factory=dict)
    description: StackDescription = DESCRIPTION
    environ: dict[str, str] = field(default_factory=lambda: {"COLUMNS": "120", "TERM": "xterm"})
    connected: list[Context] = field(default_factory=list)
    sleep: Callable[[float], None] = field(default=lambda _seconds: pytest.fail("it waits"))

    def __call__(
        self,
        *arguments: str,
        terminal: bool = False,
        out: io.StringIO | None = None,
        typed: str | None = None,
        piped: str | None = None,
    ) -> Ran:
        """Run a command.

        typed: what a person at a terminal answers; None if nobody is there. piped: standard input.
        """
        out = out or (Terminal() if terminal else io.StringIO())
        err = io.StringIO() if typed is None else Terminal()
        services = Services(
            output=Output(out, err, self.environ),
            environ=self.environ,
            contexts=self.contexts,
            connect=self._connect,
            local=lambda: self.local,
            stdin=io.StringIO(piped) if typed is None else Terminal(typed),
            sleep=self.sleep,
        )
        code = run(list(arguments), services)
        return Ran(code, out.getvalue(), err.getvalue())

    def _connect(self, context: Context) -> FakeStack:
        self.connected.append(context)
        return FakeStack(
            context,
            replace(self.description, stack=context.stack),
            self.queries,
            self.managing,
            self.forms,
            editing=self.editing,
            restoring=self.restoring,
            taking_in=self.taking_in,
            versions=self.versions,
            parts=self.parts,
            hooks=self.hooks,
            calendar=self.calendar,
            deployed=self.deployed,
            entries=self.source,
            journals=self.journal,
            clients=self.clients,
            attending=self.attending,
            noting=self.noting,
            linking=self.linking,
            opening=self.opening,
        )


ADA = Submission(
    id="reg_01KJM2N0S0ABCDEFGHJKMNPQRS",
    form="registration",
    form_version="0123456789ab",
    submitted_at=datetime(2026, 3, 1, 12, 30, 5, 250000, tzinfo=UTC),
    answers={"name": "Ada Lovelace", "course": "robotics", "days": ["mon", "tue"], "consent": True},
    status=Status.CONFIRMED,
    reference=new_reference(lambda count: b"\x07" * count),
    email="ada@example.org",
    language="en",
    version=1,
    expires_at=datetime(2027, 3, 1, 12, 30, 5, tzinfo=UTC),
)

BOB = replace(
    ADA,
    id="msg_01KJM2N0S0AAAAAAAAAAAAAAAA",
    form="contact",
    submitted_at=datetime(2026, 2, 1, tzinfo=UTC),
    answers={"name": "Bob \x1b[31m", "message": "Hello\nthere"},
    status=Status.PENDING,
    reference=new_reference(lambda count: b"\x09" * count),
    email="bob@example.org",
)


class FakeQueries(QueryService):
    """Two submissions, found as the service would find them."""

    def __init__(self) -> None:
        super().__init__(
            forms=None, repository=InMemorySubmissionRepository(StoppedClock(), bytes), clock=StoppedClock()
        )
        self.entries = [ADA, BOB]
        self.places: list[QuotaState] = []
        self.mails: tuple[tuple[str, str], ...] = (("confirmed", "sent"),)
        self.attempts = 1
        self.events: list[Event] = []
        self.asked: list[dict[str, object]] = []
        self.read = 0
        self.failure: Exception | None = None

    def select(
        self,
        selection: Selection,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        page_size: int = 500,  # noqa: ARG002 - nothing is read in pages here
    ) -> Listing:
        self.asked.append({"selection": selection, "limit": limit, "cursor": cursor})
        if self.failure is not None:
            raise self.failure
        if selection.form not in (None, "registration", "contact"):
            raise UnknownFormError(selection.form or "")
        entries = [entry for entry in self.entries if selection.admits(entry)]
        ids = [entry.id for entry in entries]
        if cursor is not None and cursor not in ids:
            raise InvalidCursorError(f"{cursor!r} is no cursor.")
        start = 1 + ids.index(cursor) if cursor is not None else 0
        return Listing({"all": self._read(entries[start:])}, limit=limit, last_ids={}, several=False, sure=True)

    def _read(self, entries: list[Submission]) -> Iterator[Submission]:
        """Yield submissions one by one, and count how many were read."""
        for entry in entries:
            self.read += 1
            yield entry

    def show(self, id_or_reference: str) -> SubmissionDetails:
        for entry in self.entries:
            if id_or_reference in (entry.id, entry.reference, display_reference(entry.reference)):
                event = Event("01KJM2N0S0ABCDEFGHJKMNPQRS", entry.submitted_at, "submitted", "registrant")
                events = self.events or [event]
                mails = (
                    MailRecord(kind, 1, state, "m-1", entry.submitted_at, attempts=self.attempts)
                    for kind, state in self.mails
                )
                return SubmissionDetails(entry, tuple(events), tuple(mails))
        raise SubmissionNotFoundError(id_or_reference)

    def by_email(self, address: str, *, limit: int = 20) -> tuple[Submission, ...]:
        return tuple([entry for entry in self.entries if entry.email == address.lower()][:limit])

    def rank(self, submission: Submission) -> int | None:
        return None if submission.position is None else 3

    def quotas(self, form: Form) -> tuple[QuotaState, ...]:
        states = {state.option: state for state in self.places if state.form == form.name}
        return tuple(
            states.get(option, QuotaState(form.name, option, seats)) for option, seats in form.capacities().items()
        )


class FakeManage(ManageService):
    """Changes the submissions of FakeQueries without any rule, and records the calls and their callers."""

    def __init__(self, queries: FakeQueries) -> None:
        self.queries = queries
        self.asked: list[tuple[object, ...]] = []

    def verify(self, submission_id: str, *, by: str = "registrant", expected: int | None = None) -> Submission:
        assert expected is None
        return self.become(Status.CONFIRMED, "verify", submission_id, by)

    def cancel(
        self, submission_id: str, *, by: str, expected: int | None = None, promoted: OnPromoted = print
    ) -> Submission:
        del expected, promoted
        return self.become(Status.CANCELLED, "cancel", submission_id, by)

    def erase(
        self,
        submission_id: str,
        *,
        by: str,
        only: Selection | None = None,
        expected: int | None = None,
        promoted: OnPromoted = print,
    ) -> Submission:
        del expected, promoted
        assert only is None or only.admits(self.queries.show(submission_id).submission)
        return self.become(Status.ERASED, "erase", submission_id, by)

    def set_capacity(
        self,
        form: str,
        option: str,
        capacity: int,
        *,
        by: str | None = None,
        instead_of: int | None = None,
        promoted: OnPromoted = print,
    ) -> QuotaState:
        del promoted
        self.asked.append(("set_capacity", form, option, capacity, by, instead_of))
        state = QuotaState(form, option, capacity, 2)
        self.queries.places = [state]
        return state

    def would_be_promoted(self, form: str, option: str, **_changes: object) -> tuple[Submission, ...]:
        del form, option
        return ()

    def become(self, status: Status, *asked: str) -> Submission:
        self.asked.append(asked)
        entry = self.queries.show(asked[1]).submission
        after = replace(entry, status=status)
        self.queries.entries[self.queries.entries.index(entry)] = after
        return after


class FakeRestore(RestoreService):
    """Marks submissions genuine with a FakeManage, which records it."""

    def __init__(self, manage: FakeManage) -> None:
        self.manage = manage
        self.genuine = Status.CONFIRMED

    def mark_genuine(self, submission_id: str, *, by: str, expected: int | None = None) -> Submission:
        assert expected is None
        return self.manage.become(self.genuine, "mark_genuine", submission_id, by)

    def ensure_alone(self, entry: Submission) -> None:
        """Accept everybody: nobody registers twice here."""
