"""`rollcall doctor`: each thing that can be wrong, with a fake of AWS, and how it is reported."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError
from conftest import ROOT
from contract.fakes import StoppedClock
from contract.webhook_fakes import InMemoryDeliveries
from shipped import SOURCES
from unit.cli.fakes import DESCRIPTION, CommandLine, FakeStack, Ran

from admin_cli.aws.contexts import Context
from admin_cli.doctor import forms, machine, mail, resources, webhooks
from admin_cli.doctor.examination import Patient, examine
from admin_cli.doctor.findings import Health, Verdict, well
from admin_cli.errors import CliError, ExitCode
from admin_cli.stack import WebhookPlaces
from registration_core.domain.quota import QuotaState
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from admin_cli.stack import StackDescription
    from registration_core.bootstrap.command_line import WebhookParts
    from registration_core.domain.forms import Form
    from rollcall_build.sources import Sources

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FORMS = compile_forms(ROOT / "example" / "forms")
IN_AWS = Context("prod", "local", "eu-north-1")
LOCAL = Context("local", "local", "eu-north-1", "http://localhost:4566")

SOUND: dict[str, Any] = {
    "get_caller_identity": {"ResponseMetadata": {"HTTPHeaders": {"date": "Sun, 01 Mar 2026 12:00:00 GMT"}}},
    "describe_table": {
        "Table": {"TableStatus": "ACTIVE", "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"}}
    },
    "describe_continuous_backups": {
        "ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "ENABLED"}}
    },
    "describe_time_to_live": {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}},
    "get_function_configuration": {"State": "Active", "LastUpdateStatus": "Successful"},
    "list_event_source_mappings": {"EventSourceMappings": [{"UUID": "u-1", "State": "Enabled"}]},
    "get_queue_attributes": {"Attributes": {"ApproximateNumberOfMessages": "0"}},
    "get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
    "get_account": {
        "SendingEnabled": True,
        "ProductionAccessEnabled": True,
        "EnforcementStatus": "HEALTHY",
        "SendQuota": {"Max24HourSend": 50000.0},
    },
    "get_email_identity": {"VerifiedForSendingStatus": True},
}


class NotFoundError(ClientError):
    def __init__(self) -> None:
        super().__init__({"Error": {"Code": "NotFoundException", "Message": "no"}}, "GetEmailIdentity")


class FakeAws(FakeStack):
    """A stack whose services answer from a table: operation -> answer, or a function of the parameters."""

    def __init__(self, answers: dict[str, Any], context: Context, **more: Any) -> None:
        super().__init__(context, **more)
        self.answers = answers
        self.deployed: dict[str, str] = {name: form.version for name, form in self.forms.items()}

    def client(self, service: str) -> Any:
        del service
        answers = self.answers

        class Client:
            exceptions = SimpleNamespace(NotFoundException=NotFoundError)

            def __getattr__(self, operation: str) -> Callable[..., Any]:
                def call(**parameters: Any) -> Any:
                    answer = answers[operation]
                    if callable(answer):
                        answer = answer(**parameters)
                    if isinstance(answer, Exception):
                        raise answer
                    return answer

                return call

        return Client()

    def query(self) -> Any:
        states = self.answers.get("quotas", {})
        return SimpleNamespace(
            quotas=lambda form: [
                QuotaState(form.name, option, states.get(option, seeded))
                for option, seeded in form.capacities().items()
            ]
        )

    def deployed_version(self, form: str) -> str:
        return self.deployed[form]


def patient(
    context: Context = IN_AWS, *, sources: Sources | None = SOURCES, now: datetime = NOW, **answers: Any
) -> Patient:
    stored_forms = answers.pop("forms", FORMS)
    description = answers.pop("description", DESCRIPTION)
    return Patient(FakeAws(SOUND | answers, context, forms=stored_forms, description=description), sources, lambda: now)


CHECKS = {
    "credentials": machine.credentials,
    "clock": machine.clock,
    "stack": machine.description,
    "table": resources.table,
    "backups": resources.backups,
    "expiry": resources.expiry,
    "functions": resources.functions,
    "mappings": resources.mappings,
    "dead letters": resources.dead_letters,
    "webhooks": webhooks.webhooks,
    "concurrency": resources.concurrency,
    "sandbox": mail.sandbox,
    "identity": mail.identity,
    "forms": forms.published,
    "api": forms.deployed,
    "seats": forms.seats,
}


CRM = {"name": "crm", "url": "https://hooks.kuggen.se/", "events": ["submitted"]}
TELLING = FORMS | {"contact": replace(FORMS["contact"], webhooks=(CRM,))}
DELIVERING = replace(DESCRIPTION, webhooks=WebhookPlaces("https://sqs/w", "https://sqs/d", "rollcall/prod/webhooks"))


@pytest.mark.parametrize(
    ("description", "answers", "health", "says"),
    [
        (DESCRIPTION, {}, Health.WARNING, "The stack doesn't deliver the webhooks of contact."),
        (DELIVERING, {}, Health.OK, "1 delivered, no dead letters"),
        (
            DELIVERING,
            {"get_queue_attributes": {"Attributes": {"ApproximateNumberOfMessages": "2"}}},
            Health.FAILURE,
            "2 messages could not be delivered.",
        ),
        (
            DELIVERING,
            {"list_event_source_mappings": {"EventSourceMappings": []}},
            Health.FAILURE,
            "No webhooks are delivered: nothing triggers deliver: the webhook queue has no event source mapping.",
        ),
    ],
)
def test_webhooks__are_delivered(
    description: StackDescription, answers: dict[str, Any], health: Health, says: str
) -> None:
    sick = patient(forms=TELLING, description=description, **answers)
    deliveries = InMemoryDeliveries(StoppedClock())
    cast("FakeAws", sick.stack).hooks = cast("WebhookParts", SimpleNamespace(deliveries=deliveries))

    verdict = webhooks.webhooks(sick)
    assert (verdict.health, verdict.says) == (health, says)
    if health is Health.OK:
        deliveries.turn_off("contact", "crm")
        assert webhooks.webhooks(sick).says == "Receivers answered that they want no more messages: contact/crm."


@pytest.mark.parametrize("check", CHECKS)
def test_check__of_a_healthy_stack_is_ok(check: str) -> None:
    """There is nothing to fix."""
    finding = CHECKS[check](patient())

    assert (finding.health, finding.mend) == (Health.OK, None)


def table(**changes: Any) -> dict[str, Any]:
    return {"Table": SOUND["describe_table"]["Table"] | changes}


def mapping(state: str) -> dict[str, Any]:
    return {"EventSourceMappings": [{"UUID": "u-1", "State": state}]}


def account(**changes: Any) -> dict[str, Any]:
    return SOUND["get_account"] | changes


def form_with(form: Form, **changes: Any) -> Form:
    return replace(form, **changes)


WRONG: dict[str, tuple[str, dict[str, Any], Health, str, str]] = {
    "table being deleted": (
        "table", {"describe_table": table(TableStatus="DELETING")}, Health.FAILURE, "is DELETING", "apply",
    ),
    "table without stream": (
        "table", {"describe_table": table(StreamSpecification={})}, Health.FAILURE, "has no stream", "infra apply",
    ),
    "no backups": (
        "backups",
        {"describe_continuous_backups": {"ContinuousBackupsDescription": {}}},
        Health.FAILURE, "Point-in-time recovery is off", "infra apply",
    ),
    "no expiry": (
        "expiry",
        {"describe_time_to_live": {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}},
        Health.FAILURE, "time to live is off", "infra apply",
    ),
    "expiry by another attribute": (
        "expiry",
        {"describe_time_to_live": {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "x"}}},
        Health.FAILURE, "time to live is off", "infra apply",
    ),
    "function failed": (
        "functions",
        {"get_function_configuration": {"State": "Failed", "StateReason": "the role is gone"}},
        Health.FAILURE, "submit is Failed (the role is gone)", "log group",
    ),
    "function's update failed": (
        "functions",
        {"get_function_configuration": {"State": "Active", "LastUpdateStatus": "Failed"}},
        Health.FAILURE, "submit is Active (Failed)", "log group",
    ),
    "mapping off": (
        "mappings",
        {"list_event_source_mappings": mapping("Disabled")},
        Health.FAILURE, "does not trigger dispatch (Disabled)", "--enabled --uuid u-1",
    ),
    "mapping gone": (
        "mappings", {"list_event_source_mappings": {"EventSourceMappings": []}},
        Health.FAILURE, "nothing triggers notify", "infra apply",
    ),
    "dead letters": (
        "dead letters",
        {"get_queue_attributes": {"Attributes": {"ApproximateNumberOfMessages": "3"}}},
        Health.FAILURE, "3 from mails, 3 from table changes, 3 from SES feedback", "rollcall mail redrive",
    ),
    "few at once": (
        "concurrency",
        {"get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 10}}},
        Health.WARNING, "10 functions at once", "Service Quotas",
    ),
    "sandbox": (
        "sandbox", {"get_account": account(ProductionAccessEnabled=False)}, Health.WARNING, "sandbox", "step 5",
    ),
    "mails paused": (
        "sandbox", {"get_account": account(SendingEnabled=False)}, Health.FAILURE, "paused", "SES console",
    ),
    "probation": (
        "sandbox", {"get_account": account(EnforcementStatus="PROBATION")}, Health.WARNING, "probation", "SES console",
    ),
    "identity unknown": (
        "identity", {"get_email_identity": NotFoundError()}, Health.FAILURE, "has neither", "infra apply",
    ),
    "domain unverified": (
        "identity",
        {"get_email_identity": {"VerifiedForSendingStatus": False}},
        Health.FAILURE, "domain example.org is not verified", "mail_dns_records",
    ),
    "address unverified": (
        "identity",
        {
            "get_email_identity": lambda EmailIdentity: (  # noqa: N803 - as AWS names it
                {"VerifiedForSendingStatus": False} if "@" in EmailIdentity else NotFoundError()
            )
        },
        Health.FAILURE, "address courses@example.org is not verified", "Follow the link",
    ),
    "clock a minute off": ("clock", {"now": NOW + timedelta(seconds=61)}, Health.WARNING, "61 s off", "timedatectl"),
    "clock far off": ("clock", {"now": NOW - timedelta(minutes=5)}, Health.FAILURE, "300 s off", "timedatectl"),
    "stack elsewhere": (
        "stack", {"description": replace(DESCRIPTION, region="eu-west-1")},
        Health.FAILURE, "is in eu-west-1", "--region eu-west-1",
    ),
    "another stack's description": (
        "stack", {"description": replace(DESCRIPTION, stack="dev")},
        Health.FAILURE, "describes the stack dev", "infra apply",
    ),
    "no forms": ("forms", {"forms": {}}, Health.FAILURE, "No forms have been published", "site publish"),
    "forms differ": (
        "forms",
        {"forms": FORMS | {"contact": form_with(FORMS["contact"], version="0")}},
        Health.WARNING, "different versions of contact", "site publish",
    ),
    "form not published": (
        "forms", {"forms": {"contact": FORMS["contact"]}}, Health.WARNING, "versions of registration", "site publish",
    ),
    "places changed": (
        "seats",
        {"quotas": {next(iter(FORMS["registration"].capacities())): 3}},
        Health.WARNING, "3 instead of", "rollcall quota set registration",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_check__says_what_is_wrong_and_how_to_fix_it(name: str) -> None:
    """This covers each thing that can be wrong."""
    check, answers, health, says, mend = WRONG[name]

    finding = CHECKS[check](patient(**answers))

    assert finding.health is health
    assert says in finding.says
    assert mend in (finding.mend or "")


def test_api__with_other_forms_than_the_site_is_reported() -> None:
    """The functions were deployed before the form's file changed."""
    one = patient()
    assert isinstance(one.stack, FakeAws)
    one.stack.deployed["contact"] = "older"

    finding = forms.deployed(one)

    assert (finding.health, finding.says) == (
        Health.WARNING,
        "The functions have a different version of contact from the site.",
    )


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only Terraform on the PATH."""
    program = tmp_path / "terraform"
    program.write_text('#!/bin/sh\necho \'{"terraform_version": "1.12.3"}\'\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin")
    return program


def test_terraform__missing_is_only_a_warning(terraform: Path) -> None:
    """Staff don't need it."""
    assert machine.terraform(patient()) == well("Terraform 1.12")

    terraform.unlink()
    finding = machine.terraform(patient())

    assert (finding.health, finding.says.partition(".")[0]) == (Health.WARNING, "Terraform is not on the PATH")


@pytest.mark.parametrize("check", ["concurrency", "sandbox"])
def test_check__skips_what_an_emulator_lacks(check: str) -> None:
    """It says so, and does not fail."""
    finding = CHECKS[check](patient(LOCAL, get_account=NotFoundError(), get_account_settings=NotFoundError()))

    assert finding.health is Health.SKIPPED


def test_forms__outside_a_clone_are_not_compared() -> None:
    """There is nothing to compare with."""
    assert forms.published(patient(sources=None)).health is Health.SKIPPED
    assert forms.seats(patient(sources=None)).health is Health.OK


def denied(action: str) -> ClientError:
    message = f"User: arn:aws:iam::1:user/ada is not authorized to perform: {action} on resource: x"
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, "Operation")


def test_examine__skips_what_the_role_may_not_read() -> None:
    """A missing permission says nothing about the stack; the action is named."""
    one = patient(describe_table=denied("dynamodb:DescribeTable"))

    (finding,) = examine({"table": resources.table}, one)

    assert (finding.check, finding.health) == ("table", Health.SKIPPED)
    assert "Your role lacks dynamodb:DescribeTable." in finding.says


def test_example_addresses__are_named() -> None:
    """The example's own staff, and a sender from the documentation: nobody reads their mail."""
    finding = mail.addresses(patient())
    assert finding.health is Health.WARNING
    assert "the sender is Academy <courses@example.org>" in finding.says
    assert "registration mails courses@robotics-academy.example" in finding.says
    assert "site publish" in str(finding.mend)

    own_forms = {"contact": replace(FORMS["contact"], staff=("office@kuggen.se",))}
    description = replace(DESCRIPTION, sender="Kuggen <courses@kuggen.se>")
    assert mail.addresses(patient(forms=own_forms, description=description)).health is Health.OK
    assert mail.addresses(patient(LOCAL)).health is Health.SKIPPED


def test_retired_forms__are_listed_and_expected_nowhere() -> None:
    """They have no page and no function any more."""
    stored_forms = FORMS | {"workshop": replace(FORMS["contact"], name="workshop", retired=True)}
    finding = forms.published(patient(forms=stored_forms))
    assert (finding.health, finding.says) == (
        Health.OK,
        "contact, registration: same as the organisation's files; retired: workshop",
    )
    one = patient(forms=stored_forms)
    del one.stack.deployed["workshop"]  # type: ignore[attr-defined]
    assert forms.deployed(one).health is Health.OK


@pytest.mark.parametrize(("context", "hint"), [(IN_AWS, "rollcall site publish"), (LOCAL, "rollcall local up")])
def test_forms__are_fixed_by_a_command_that_works_there(context: Context, hint: str) -> None:
    """On this machine one command publishes forms, functions and pages."""
    one = patient(context, forms={"contact": FORMS["contact"]})
    assert str(forms.published(one).mend).endswith(hint)
    one.stack.deployed["contact"] = "0"  # type: ignore[attr-defined]
    assert str(forms.deployed(one).mend).endswith(hint)


def test_examine__turns_an_error_of_a_check_into_a_finding() -> None:
    """The other checks still run."""

    def broken(_patient: Patient) -> Verdict:
        raise ZeroDivisionError("odd")

    def refused(_patient: Patient) -> Verdict:
        raise CliError("It is so.", hint="Do that.", exit_code=ExitCode.FAILURE)

    findings = list(examine({"a": broken, "b": refused, "c": lambda _: well("fine")}, patient()))

    assert [finding.health for finding in findings] == [Health.FAILURE, Health.FAILURE, Health.OK]
    assert "ZeroDivisionError" in findings[0].says
    assert (findings[1].says, findings[1].mend) == ("It is so.", "Do that.")


def test_examine__runs_checks_in_parallel_with_a_deadline() -> None:
    """Two checks that wait for each other both finish; one that hangs is reported after its time."""
    met = threading.Barrier(2)
    never = threading.Event()

    def meets(_patient: Patient) -> Verdict:
        met.wait(10)
        return well("met")

    def hangs(_patient: Patient) -> Verdict:
        never.wait(30)
        return well("too late")

    findings = {one.check: one for one in examine({"a": meets, "hung": hangs, "b": meets}, patient(), limit_s=0.5)}
    never.set()

    assert (findings["a"].says, findings["b"].says) == ("met", "met")
    assert (findings["hung"].health, findings["hung"].says) == (Health.FAILURE, "No answer within 0.5 s.")


@dataclass
class Examining(CommandLine):
    """A command line whose stack is the fake of AWS."""

    answers: dict[str, Any] = field(default_factory=dict)

    def _connect(self, context: Context) -> FakeStack:
        more = {name: self.answers.pop(name) for name in ("caller", "description") if name in self.answers}
        today = format_datetime(datetime.now(UTC), usegmt=True)
        clock = {"get_caller_identity": {"ResponseMetadata": {"HTTPHeaders": {"date": today}}}}
        return Unlucky(SOUND | clock | self.answers, context, forms=FORMS, **more)


class Unlucky(FakeAws):
    """A fake whose caller or description may be an error."""

    def __getattribute__(self, name: str) -> Any:
        attribute = super().__getattribute__(name)
        if isinstance(attribute, CliError):
            raise attribute
        return attribute


@pytest.fixture
def doctor(terraform: Path, rollcall_local: CommandLine) -> Callable[..., Ran]:
    """Run the command with these answers of AWS."""
    assert terraform

    def run(*arguments: str, terminal: bool = False, columns: int = 120, **answers: Any) -> Ran:
        environ = rollcall_local.environ | {"COLUMNS": str(columns)}
        return Examining(rollcall_local.contexts, environ=environ, answers=answers)(
            "doctor", *arguments, terminal=terminal
        )

    return run


def healths(ran: Ran) -> list[str]:
    return [line.split("\t")[0] for line in ran.out.splitlines()]


OFF = {"ContinuousBackupsDescription": {}}


def test_doctor__with_a_failure_exits_with_1(doctor: Callable[..., Ran]) -> None:
    """A warning alone does not."""
    option = next(iter(FORMS["registration"].capacities()))
    sound, warned, failed = doctor(), doctor(quotas={option: 3}), doctor(describe_continuous_backups=OFF)

    assert (sound.code, warned.code, failed.code) == (0, 0, 1)
    assert sound.err == "16 ok, 0 warnings, 0 failures, 4 skipped.\n", sound.out
    assert warned.err == "15 ok, 1 warning, 0 failures, 4 skipped.\n"
    assert (
        "failure\tbackups\tPoint-in-time recovery is off, so lost data can't be restored.\tAsk the operator to run: "
        "rollcall infra apply\n"
    ) in failed.out


def test_doctor__prints_json(doctor: Callable[..., Ran]) -> None:
    """For a pipeline; the exit code is the same."""
    ran = doctor("--json", "check,health", describe_continuous_backups=OFF)

    findings = json.loads(ran.out)
    assert ran.code == 1
    assert len(findings) == 20
    assert {"check": "backups", "health": "failure"} in findings
    assert {"check": "clock", "health": "ok"} in findings


def test_doctor__without_credentials_asks_nothing_more(doctor: Callable[..., Ran]) -> None:
    """One failing line, not sixteen."""
    ran = doctor(caller=CliError("No AWS credentials were found.", hint="Sign in", exit_code=ExitCode.CREDENTIALS))

    assert ran.code == 1
    assert healths(ran) == ["ok", "failure", "ok", *["skipped"] * 17]
    assert "failure\tcredentials\tNo AWS credentials were found.\tSign in\n" in ran.out


def test_doctor__without_a_description_asks_nothing_more(doctor: Callable[..., Ran]) -> None:
    """It does not know what should be there."""
    ran = doctor(description=CliError("There is no stack 'x'.", hint="Name another."))

    assert healths(ran) == ["ok", "ok", "ok", "failure", *["skipped"] * 16]


def test_doctor__on_a_terminal_fits_80_columns(doctor: Callable[..., Ran]) -> None:
    """Long text wraps below itself, and the fix is below that."""
    letters = {"Attributes": {"ApproximateNumberOfMessages": "12"}}

    ran = doctor(terminal=True, columns=80, get_queue_attributes=letters)

    assert "\x1b[1;31mFAIL" in ran.out
    lines = re.sub("\x1b\\[[0-9;]*m", "", ran.out).splitlines()
    start = next(index for index, line in enumerate(lines) if line.startswith("FAIL"))
    assert max(map(len, lines)) <= 80
    assert lines[start : start + 4] == [
        "FAIL  dead letters  12 from mails, 12 from table changes, 12 from SES feedback.",
        "                    → See why: rollcall mail failed. Fix the cause, then:",
        "                      rollcall mail redrive; Retry the SES feedback:",
        "                      docs/operator.md, Retry SES feedback",
    ]
