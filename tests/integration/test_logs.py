"""What functions log under AWS's own runtime client: only their own lines, at every level."""

from __future__ import annotations

import json
import sys
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from conftest import wait_until
from deadlines import DEADLINE_S
from integration.api_requests import example, send
from unit.handlers.emf import metrics_of

from registration_core.adapters.sqs import to_message
from registration_core.adapters.webhook_queue import to_message as to_webhook_message
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.webhooks import Delivery, WebhookEvent
from rollcall_local.process import clean_environment
from rollcall_localstack.function_process import FunctionProcess, Invocation

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import DeployedStack

NAMESPACE = "Rollcall/test"
COUNTED = {"submit": {"Submissions"}, "sweep": {"SeatsTaken", "Waiting"}}
"""What each function counts in its lines."""

DID = {"deliver": '"problem":"the connection failed"'}
"""A part of the log that shows that a function got as far as it can here."""

FUNCTIONS = ("submit", "links", "dispatch", "notify", "sweep", "feedback", "deliver")


@pytest.fixture(scope="module")
def code(deployed: DeployedStack, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The functions' zip, unpacked as Lambda does it; the contact form has a webhook at which nobody listens."""
    folder = tmp_path_factory.mktemp("code")
    with zipfile.ZipFile(deployed.workspace.package) as archive:
        archive.extractall(folder)
    contact = folder / "forms" / "contact.json"
    crm = {"name": "crm", "url": "https://localhost:9/token", "events": ["confirmed"], "fields": ["name", "message"]}
    contact.write_text(json.dumps(json.loads(contact.read_text(encoding="utf-8")) | {"webhooks": [crm]}), "utf-8")
    return folder


@pytest.fixture(scope="module")
def person(deployed: DeployedStack) -> dict[str, Any]:
    """A registered person: their answers, and the ID of their submission."""
    answers = example("contact")
    sent = send(deployed, "contact", answers)
    assert sent.status == 201, sent.body
    deployed.wait_for_mails(to=str(answers["email"]))
    return {"id": sent.json["id"], **answers}


def event_of(function: str, person: dict[str, Any]) -> dict[str, Any]:
    """Return an event as AWS passes it to the function; each function does real work with it."""
    image = {"SUB": "", "id": person["id"]}
    again = MailRequest(person["id"], MailKind.CONFIRMED, 1, copy=len(FUNCTIONS) + person["again"])
    events = {
        "eventType": "Bounce",
        "mail": {"tags": {"submission": [person["id"]], "kind": ["confirmed"], "version": ["1"]}},
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "gone@example.org"}]},
    }
    told = Delivery("contact", "crm", person["id"], WebhookEvent.CONFIRMED, 1 + person["again"])
    return {
        "submit": {
            "httpMethod": "POST",
            "path": "/contact",
            "headers": {"Content-Type": "application/json"},
            "body": json.dumps(example("contact", name=person["name"])),
        },
        "links": {"httpMethod": "GET", "path": "/my", "queryStringParameters": {"t": "v1.abcdef12.e30.AAAA"}},
        "dispatch": {"Records": [{"eventName": "INSERT", "dynamodb": {"NewImage": image, "SequenceNumber": "1"}}]},
        "notify": {"Records": [{"messageId": "m1", "body": to_message(again)}]},
        "deliver": {"Records": [{"messageId": "m1", "receiptHandle": "r1", "body": to_webhook_message(told)}]},
        "sweep": {},
        "feedback": {"Records": [{"Sns": {"Message": json.dumps(events)}}]},
    }[function]


@dataclass(frozen=True, slots=True)
class Ended:
    """What a function answered, and everything that it wrote. failed: it raised an error."""

    answer: Any
    output: str
    failed: bool


def run(stack: DeployedStack, function: str, level: str, person: dict[str, Any], code: Path) -> Ended:
    """Run one function as Terraform configured it, with JSON logs and at another log level."""
    name = f"rollcall-{stack.workspace.stack}-{function}"
    configured = stack.client("lambda").get_function_configuration(FunctionName=name)
    environment = clean_environment(
        **configured["Environment"]["Variables"]
        | {
            "AWS_LAMBDA_LOG_FORMAT": "JSON",
            "AWS_LAMBDA_LOG_LEVEL": level,
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "LAMBDA_TASK_ROOT": str(code),
            "PYTHONPATH": str(code),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": stack.workspace.region,
            "AWS_DEFAULT_REGION": stack.workspace.region,
            "AWS_ENDPOINT_URL": stack.endpoint_url,
            "LOG_LEVEL": level,
            "METRICS_NAMESPACE": NAMESPACE,
        }
    )
    command = [sys.executable, "-m", "awslambdaric", configured["Handler"]]
    process = FunctionProcess(command, folder=code, environment=environment, timeout_s=DEADLINE_S)
    event = json.dumps(event_of(function, person)).encode()
    try:
        process.start()
        answer = process.invoke(Invocation("c0ffee", configured["FunctionArn"], "Root=1", event))
    finally:
        process.stop()
    return Ended(json.loads(answer.payload or b"null"), answer.log, answer.failed)


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_log__holds_only_the_functions_own_lines(
    stack: DeployedStack, person: dict[str, Any], code: Path, function: str, level: str
) -> None:
    """No library logs its requests and responses: the answers, the mail, the key."""
    ran = run(stack, function, level, {**person, "again": ["DEBUG", "INFO"].index(level)}, code)

    assert not ran.failed, ran.output
    lines = [json.loads(line) for line in ran.output.splitlines()]
    assert [line for line in lines if line.get("function") != function] == []
    metrics = [metric for line in ran.output.splitlines() for metric in metrics_of(line)]
    assert {metric.name for metric in metrics} >= COUNTED.get(function, set())
    assert {metric.namespace for metric in metrics} <= {NAMESPACE}
    for word in (person["email"], person["name"], person["message"], "whsec_", "localhost:9"):
        assert str(word) not in ran.output
    assert DID.get(function, "") in ran.output


def test_notify__under_the_runtime_client__mails(stack: DeployedStack, person: dict[str, Any], code: Path) -> None:
    """It is not silent because it did nothing."""
    before = len(stack.mails(to=person["email"]))

    ran = run(stack, "notify", "DEBUG", {**person, "again": 7}, code)

    assert ran.answer == {"batchItemFailures": []}
    assert '"message":"sent"' in ran.output
    wait_until(lambda: len(stack.mails(to=person["email"])) > before, what="the mail")
