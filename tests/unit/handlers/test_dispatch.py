"""Dispatch: a new submission's mails are queued, and an unreadable record delays nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from contract.fakes import GivenForms
from contract.webhook_fakes import ListedWebhookQueue
from unit.core.builders import a_form

from lambda_handlers.dispatch import dispatch
from lambda_handlers.log import Log
from registration_core.domain.errors import MailQueueError
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.ports import MailQueue
from registration_core.domain.webhook_ports import WebhookQueueError
from registration_core.domain.webhooks import Delivery, WebhookEvent
from registration_core.services.dispatch import DispatchService, WebhookDispatch

if TYPE_CHECKING:
    from collections.abc import Sequence


class FakeQueue(MailQueue):
    """Keeps its messages, or refuses all."""

    def __init__(self, *, broken: bool = False) -> None:
        self.requests: list[MailRequest] = []
        self._broken = broken

    def put(self, requests: Sequence[MailRequest]) -> None:
        if self._broken:
            raise MailQueueError("no queue")
        self.requests.extend(requests)


def record(entry: str = "reg_1", *, sk: str = "SUB", event: str = "INSERT") -> dict[str, Any]:
    image = {
        "pk": {"S": f"SUB#{entry}"},
        "sk": {"S": sk},
        "id": {"S": entry},
        "status": {"S": "confirmed"},
        "version": {"N": "1"},
        "email": {"S": "anna@example.org"},
    }
    images = {"NewImage": image} | ({"OldImage": image} if event == "MODIFY" else {})
    return {"eventID": "e1", "eventName": event, "dynamodb": {"SequenceNumber": "1", **images}}


def run(queue: FakeQueue, *records: dict[str, Any]) -> dict[str, Any]:
    return dispatch({"Records": list(records)}, DispatchService(queue=queue), Log("dispatch"), request_id="r1")


def test_dispatch__mails_a_new_entry_to_registrant_and_staff() -> None:
    queue = FakeQueue()

    assert run(queue, record("reg_1"), record("reg_2")) == {"batchItemFailures": []}
    assert queue.requests == [
        MailRequest("reg_1", MailKind.CONFIRMED, 1),
        MailRequest("reg_1", MailKind.STAFF, 1),
        MailRequest("reg_2", MailKind.CONFIRMED, 1),
        MailRequest("reg_2", MailKind.STAFF, 1),
    ]


def test_dispatch__ignores_other_items_and_changes() -> None:
    queue = FakeQueue()

    run(queue, record(sk="EVENT#1"), record(event="MODIFY"), record(event="REMOVE"))

    assert queue.requests == []


@pytest.mark.parametrize("bad", [{}, {"eventName": "INSERT"}, {"eventName": "INSERT", "dynamodb": {"NewImage": {}}}])
def test_dispatch__logs_and_skips_an_unreadable_record(bad: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    queue = FakeQueue()

    assert run(queue, bad, record("reg_2")) == {"batchItemFailures": []}

    assert [request.id for request in queue.requests] == ["reg_2", "reg_2"]
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (first["level"], first["message"]) == ("ERROR", "passed over")


def test_dispatch__retries_the_batch_if_the_queue_refuses() -> None:
    with pytest.raises(MailQueueError):
        run(FakeQueue(broken=True), record())


def test_dispatch__logs_ids_and_nothing_personal(capsys: pytest.CaptureFixture[str]) -> None:
    run(FakeQueue(), record("reg_1"))

    written = capsys.readouterr().out
    assert "anna" not in written
    assert [json.loads(line)["submission_id"] for line in written.splitlines()] == ["reg_1", "reg_1"]


def test_dispatch__queues_webhooks_after_the_mails(capsys: pytest.CaptureFixture[str]) -> None:
    """Mails are queued even if webhooks can't be; an unknown form has no webhooks."""
    crm = {"name": "crm", "url": "https://hooks.kuggen.se/", "events": ["confirmed"]}
    form = replace(a_form(), webhooks=(crm,))
    mails, webhooks = FakeQueue(), ListedWebhookQueue()
    records = [record("crs_1"), record("reg_1")]
    records[0]["dynamodb"]["NewImage"]["form"] = {"S": form.name}

    def run_with(webhooks: ListedWebhookQueue) -> None:
        service = DispatchService(queue=mails, webhooks=WebhookDispatch(queue=webhooks, forms=GivenForms(form)))
        dispatch({"Records": records}, service, Log("dispatch"), request_id="r1")

    run_with(webhooks)
    assert len(mails.requests) == 4
    assert webhooks.deliveries == [Delivery(form.name, "crm", "crs_1", WebhookEvent.CONFIRMED, 1)]
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["webhook"] == "crm"
    with pytest.raises(WebhookQueueError):
        run_with(ListedWebhookQueue(broken=True))
    assert len(mails.requests) == 8
