"""Reminders go out once to each registrant, though the sweep is killed at any moment and runs again."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import PlainSigner
from faults.conftest import NOTIFY_AT_ONCE, client
from faults.functions import FunctionDiedError, running
from faults.kills import KillAt
from faults.mails import MailDesk
from faults.proxy import Plan

from registration_core.adapters.clock import SystemClock
from registration_core.adapters.compiled_forms import CompiledForms
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.validation import example_submission
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from faults.functions import Function
    from faults.proxy import FaultProxy

PEOPLE = 3
COURSE = "line-followers"


@pytest.fixture
def forms(package: Path, tmp_path: Path) -> Path:
    """The functions' forms and mails. The courses start in three days, so their reminder is due."""
    folder = tmp_path / "forms"
    shutil.copytree(package / "forms", folder)
    form = CompiledForms(folder).get("registration")
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    fields = (
        replace(field, options=tuple(replace(each, starts_at=starts_at, ends_at=None) for each in field.options))
        if field is form.chosen_field
        else field
        for field in form.fields
    )
    due = replace(form, fields=tuple(fields))
    (folder / "registration.json").write_text(json.dumps(due.to_dict()), encoding="utf-8")
    return folder


@pytest.fixture
def addresses(forms: Path, dynamodb: Any, table: str) -> list[str]:
    """The addresses of some registrants with a seat."""
    form = CompiledForms(forms).get("registration")
    repository = DynamoSubmissionRepository(Table(sdk_call(dynamodb), table), clock=SystemClock())
    submit = SubmitService(repository=repository, signer=PlainSigner(), clock=SystemClock(), randomness=os.urandom)
    run = os.urandom(4).hex()
    addresses = [f"reminded-{run}-{number}@example.org" for number in range(PEOPLE)]
    for address in addresses:
        answers = example_submission(form) | {"email": address, "course": COURSE}
        submit.submit(form, answers, key=None, language="en")
    return addresses


@pytest.fixture
def queue(emulator: str) -> Iterator[str]:
    sqs = client("sqs", emulator)
    url: str = sqs.create_queue(QueueName=f"reminders-{os.urandom(4).hex()}")["QueueUrl"]
    yield url
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture
def environment(notify_environment: dict[str, str], forms: Path, queue: str) -> dict[str, str]:
    """What both functions are told."""
    return notify_environment | {"MAIL_QUEUE_URL": queue, "FORMS_DIR": str(forms)}


@pytest.fixture
def sweep(environment: dict[str, str], tmp_path: Path) -> Iterator[Function]:
    with running("lambda_handlers.sweep", environment, tmp_path / "sweep.log") as function:
        yield function


@pytest.fixture
def desk(
    proxy: FaultProxy, dynamodb: Any, table: str, environment: dict[str, str], tmp_path: Path
) -> Iterator[MailDesk]:
    with running("lambda_handlers.notify", environment, tmp_path / "notify.log", at_once=NOTIFY_AT_ONCE) as notify:
        yield MailDesk(proxy, dynamodb, table, notify)


def queued(emulator: str, queue: str) -> Iterator[dict[str, Any]]:
    """Take everything off a queue."""
    sqs = client("sqs", emulator)
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        yield from (json.loads(message["Body"]) for message in messages)


@pytest.mark.parametrize(
    ("operation", "call", "carried_out"),
    [
        pytest.param("TransactWriteItems", 1, False, marks=pytest.mark.full, id="before a record"),
        pytest.param("TransactWriteItems", 2, True, marks=pytest.mark.full, id="after a record"),
        pytest.param("SendMessageBatch", 1, False, id="before the queue"),
        pytest.param("SendMessageBatch", 1, True, marks=pytest.mark.full, id="after the queue"),
    ],
)
def test_reminder__goes_out_once_though_the_sweep_is_killed(  # noqa: PLR0917 - fixtures
    sweep: Function,
    desk: MailDesk,
    proxy: FaultProxy,
    emulator: str,
    queue: str,
    addresses: list[str],
    operation: str,
    call: int,
    *,
    carried_out: bool,
) -> None:
    proxy.plan = KillAt(sweep, operation, calls=[call], carried_out=carried_out)
    with pytest.raises(FunctionDiedError):
        sweep.invoke({})
    proxy.plan = Plan()

    sweep.invoke({})
    requests = [each for each in queued(emulator, queue) if each["kind"] == "reminder"]
    assert desk.deliver(*requests, *requests) == []
    last = sweep.invoke({})

    assert [desk.mails_to(address) for address in addresses] == [1] * PEOPLE
    assert last["reminders"] == 0
