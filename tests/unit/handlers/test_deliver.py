"""The function deliver: how long a failed message waits, and where it ends."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, cast

import pytest
from contract.webhook_fakes import ListedWebhookQueue
from shipped import ROOT

from lambda_handlers.deliver import WAITS_S, deliver
from lambda_handlers.log import Log
from registration_core.adapters.webhook_queue import to_message
from registration_core.adapters.webhook_receiver import LONGEST_WAIT_S, WITHIN_S
from registration_core.bootstrap.webhooks import DeliverParts
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.webhook_ports import DeliveryHeldError, ReceiverError
from registration_core.domain.webhooks import Delivery, WebhookEvent
from registration_core.services.deliver import LEASE, Delivered, DeliverService

if TYPE_CHECKING:
    from registration_core.adapters.webhook_queue import SqsWebhookQueue

DELIVERY = Delivery("registration", "crm", "reg_1", WebhookEvent.CONFIRMED, 1)
TERRAFORM = ROOT / "infra" / "terraform"


class FakeService(DeliverService):
    """Gives one outcome, or raises it."""

    def __init__(self, outcome: Delivered | Exception) -> None:
        self._outcome = outcome

    def deliver(self, delivery: Delivery) -> Delivered:
        assert delivery == DELIVERY
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome


class Ran:
    """One message, handled."""

    def __init__(
        self, outcome: Delivered | Exception, *, attempt: int = 1, body: str = "", broken: bool = False
    ) -> None:
        self.queue, self.dead_letters = ListedWebhookQueue(broken=broken), ListedWebhookQueue()
        parts = DeliverParts(
            FakeService(outcome), cast("SqsWebhookQueue", self.queue), cast("SqsWebhookQueue", self.dead_letters)
        )
        message = {
            "messageId": "m-1",
            "receiptHandle": "r-1",
            "body": body or to_message(DELIVERY),
            "attributes": {"ApproximateReceiveCount": str(attempt)},
        }
        answer = deliver({"Records": [message]}, parts, Log("deliver"), request_id="r1")
        self.again = answer["batchItemFailures"] == [{"itemIdentifier": "m-1"}]


@pytest.mark.parametrize("outcome", [one for one in Delivered if one is not Delivered.SWITCHED_OFF])
def test_outcome__is_done(outcome: Delivered) -> None:
    ran = Ran(outcome)
    assert (ran.again, ran.dead_letters.deliveries, ran.queue.postponed) == (False, [], [])


def test_switched_off__is_a_dead_letter_at_once() -> None:
    ran = Ran(Delivered.SWITCHED_OFF)
    assert (ran.again, ran.dead_letters.deliveries) == (False, [DELIVERY])


@pytest.mark.parametrize(
    ("attempt", "asked_s", "wait_s"),
    [(1, 0, 5), (2, 0, 60), (7, 0, 36_000), (99, 0, 36_000), (1, 120, 120), (4, 10, 1800)],
)
def test_failed_attempt__waits_longer_each_time(attempt: int, asked_s: int, wait_s: int) -> None:
    """A receiver that asks for more time gets it."""
    ran = Ran(ReceiverError("status 503", retry_after_s=asked_s), attempt=attempt)
    assert (ran.again, ran.queue.postponed) == (True, [("r-1", wait_s)])


@pytest.mark.parametrize("error", [DeliveryHeldError("held"), StorageUnavailableError("no table"), ValueError("bug")])
def test_other_failure__comes_again_after_the_queue_s_own_time(error: Exception) -> None:
    ran = Ran(error)
    assert (ran.again, ran.queue.postponed) == (True, [])


def test_failure__that_cannot_be_postponed_comes_again() -> None:
    assert Ran(ReceiverError("status 500"), broken=True).again


def test_foreign_message__becomes_a_dead_letter_in_the_end() -> None:
    assert Ran(Delivered.DELIVERED, body="{}").again


def test_log__has_no_address_and_no_answer(capsys: pytest.CaptureFixture[str]) -> None:
    Ran(ReceiverError("status 500"))
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["message"], line["problem"], line["wait_s"]) == ("not accepted", "status 500", 5)
    assert {"form", "webhook", "event", "submission_id", "version", "took_ms", "attempt"} <= line.keys()
    assert "http" not in json.dumps(line)


def test_times__fit_each_other() -> None:
    """One wait after each attempt but the last; a lease outlives the function, a message the lease."""
    module = (TERRAFORM / "modules" / "webhooks" / "main.tf").read_text(encoding="utf-8")
    root = (TERRAFORM / "webhooks.tf").read_text(encoding="utf-8")
    (receives,) = map(int, re.findall(r"after_receives = (\d+)", module))
    (timeout_s,) = map(int, re.findall(r"deliver_timeout_s = (\d+)", root))
    (times,) = map(int, re.findall(r"visibility_timeout_seconds|visibility_timeout_s = (\d+) \*", module))
    assert len(WAITS_S) == receives - 1
    assert max(WAITS_S) <= LONGEST_WAIT_S < 12 * 3600
    assert WITHIN_S * 2 < timeout_s < LEASE.total_seconds() < times * timeout_s


def test_guides__say_how_long_it_is_tried() -> None:
    hours = sum(WAITS_S) // 3600
    assert f"eight times in {hours} hours" in " ".join((ROOT / "docs" / "editor.md").read_text().split())
    assert len(WAITS_S) + 1 == 8
