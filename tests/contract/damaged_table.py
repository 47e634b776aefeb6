"""A table with submissions that tests damage by hand, and `rollcall doctor --deep` on it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from contract.stored_state import table_check
from unit.cli.fakes import DESCRIPTION, CommandLine
from unit.core.builders import a_field, a_form, words

from admin_cli.aws.contexts import Context, ContextFile
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.asked_mails import DynamoAskedMails
from registration_core.adapters.dynamodb.deliveries import DynamoDeliveries
from registration_core.adapters.dynamodb.guard_keys import GuardKeys
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.outcomes import DynamoMailOutcomes
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.given_forms import GivenForms
from registration_core.bootstrap.connections import staff_table
from registration_core.bootstrap.staff import attendance_service, manage_service, note_service
from registration_core.domain.fields import Option
from registration_core.domain.mail import MailKind, MailRequest, MailState
from registration_core.domain.quota import Quota, Waitlist
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.domain.submission import Receipt, Submission
    from registration_core.domain.webhook_ports import Deliveries
    from registration_core.services.attendance import AttendanceService
    from registration_core.services.manage import ManageService
    from registration_core.services.notes import NoteService

FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field(
        "choice",
        "day",
        required=True,
        options=(Option("a", words("A"), capacity=2), Option("b", words("B"), capacity=2)),
    ),
    quota=Quota("day", Waitlist.AUTO),
    once="day",
)
QUOTA = (f"QUOTA#{FORM.name}#a", "QUOTA")


@dataclass
class Clock(SystemClock):
    """A clock that is behind. behind: by how much."""

    behind: timedelta

    def now(self) -> datetime:
        return super().now() - self.behind


@dataclass
class Books:
    """A table with submissions, and the command line that checks it."""

    dynamodb: Any
    name: str
    line: CommandLine

    def __post_init__(self) -> None:
        self.table = Table(sdk_call(self.dynamodb), self.name)
        self.repository = ManagedDynamoRepository(self.table, clock=SystemClock())

    def register(
        self, name: str, day: str = "a", *, key: str | None = None, ago: timedelta = timedelta()
    ) -> Submission:
        """Register a person. key: the request's; None for the person's own. ago: how long ago it happened."""
        clock = Clock(ago)
        repository = ManagedDynamoRepository(self.table, clock=clock)
        service = SubmitService(repository=repository, signer=GuardKeys(self.table), clock=clock, randomness=os.urandom)
        answers = {"name": name, "email": f"{name}@example.org", "day": day}
        receipt = service.submit(FORM, answers, key=key or f"{name} {day}", language="en")
        return repository.by_reference(receipt.reference)

    def register_family(self, *names: str, day: str = "b") -> Receipt:
        """Register several people together."""
        clock = Clock(timedelta())
        repository = ManagedDynamoRepository(self.table, clock=clock)
        service = SubmitService(repository=repository, signer=GuardKeys(self.table), clock=clock, randomness=os.urandom)
        members = [{"name": name, "email": "family@example.org", "day": day} for name in names]
        return service.submit_group(FORM, members, key=" ".join(names), language="en")

    def get(self, submission_id: str) -> Submission:
        return self.repository.get(submission_id)

    @property
    def staff(self) -> ManageService:
        return manage_service(staff_table(self.dynamodb, self.name), GivenForms({FORM.name: FORM}))

    @property
    def notes(self) -> NoteService:
        return note_service(staff_table(self.dynamodb, self.name))

    @property
    def attendance(self) -> AttendanceService:
        return attendance_service(staff_table(self.dynamodb, self.name), GivenForms({FORM.name: FORM}))

    @property
    def webhooks(self) -> Deliveries:
        return DynamoDeliveries(self.table, clock=SystemClock())

    def mail(self, submission: Submission, state: MailState) -> None:
        """Have a mail of a submission come to this state, as the functions and staff would."""
        clock, until = SystemClock(), SystemClock().now() + timedelta(minutes=1)
        request = MailRequest(submission.id, MailKind.CONFIRMED, submission.version, copy=list(MailState).index(state))
        if state is MailState.QUEUED:
            asked = DynamoAskedMails(self.table, clock=clock, randomness=os.urandom)
            asked.ask(request, submission, what="mail resent: confirmed", by="staff")
            return
        self.repository.lease_mail(request, holder="x", until=until, expires_at=submission.expires_at)
        if state in (MailState.SUPPRESSED, MailState.OUTDATED, MailState.UNADDRESSED, MailState.UNSUBSCRIBED):
            self.repository.end_mail(request, holder="x", state=state)
        elif state is not MailState.SENDING:
            self.repository.mark_mail_sent(request, holder="x", message_id="m")
            if state is not MailState.SENT:
                DynamoMailOutcomes(self.table, clock=clock).note(request, state)

    def items(self, pk: str, beginning: str = "") -> list[dict[str, Any]]:
        """Return a partition's items whose sk begins like this."""
        return [item for item in self.table.query("pk = :pk", pk=pk) if item["sk"].startswith(beginning)]

    def own(self, submission: Submission, beginning: str) -> dict[str, Any]:
        """Return the first item of a submission whose sk begins like this."""
        return self.items(f"SUB#{submission.id}", beginning)[0]

    def set(self, item: dict[str, Any] | tuple[str, str], **values: object) -> None:
        """Change attributes of an item by hand; None removes one."""
        key = item if isinstance(item, tuple) else (item["pk"], item["sk"])
        gone = [f"#{name}" for name, value in values.items() if value is None]
        left = {name: value for name, value in values.items() if value is not None}
        change = ("SET " + ", ".join(f"#{name} = :{name}" for name in left)) if left else ""
        self.table.update(key, change + (f" REMOVE {', '.join(gone)}" if gone else ""), **left)

    def drop(self, item: dict[str, Any] | tuple[str, str]) -> None:
        self.table.delete(item if isinstance(item, tuple) else (item["pk"], item["sk"]))

    def problems(self, *, repair: bool = False) -> list[tuple[str, str]]:
        """Return what is wrong, or what was repaired, without the command around it."""
        check = table_check(self.table, forms=[FORM], signer=GuardKeys(self.table), clock=SystemClock())
        suspects = check.suspects()
        found = check.repair(suspects) if repair else (each for one in suspects for each in check.problems(one))
        return [(each.invariant, f"{each.says} {each.repair.does if each.repair else ''}") for each in found]

    def check(self, *options: str) -> tuple[int, list[tuple[str, str, str]]]:
        """Return the exit code, and what was found or repaired."""
        ran = self.line("doctor", "--deep", *options, "--json", "check,health,says,mend")
        assert ran.code in (0, 1), ran.err
        lines = [each for each in json.loads(ran.out) if each["health"] != "ok"]
        return ran.code, [(each["check"], each["health"], f"{each['says']} {each['mend']}") for each in lines]


def books_of(folder: Path, dynamodb: Any, table: str) -> Books:
    """Return the books of an empty table."""
    contexts = ContextFile(folder / "contexts.json")
    contexts.write(contexts.read().with_entry(Context("prod", "prod", "eu-north-1")).using("prod"))
    line = CommandLine(
        contexts,
        forms={FORM.name: FORM},
        clients={"dynamodb": dynamodb},
        description=replace(DESCRIPTION, table=table),
        sleep=lambda _seconds: None,
    )
    return Books(dynamodb, table, line)
