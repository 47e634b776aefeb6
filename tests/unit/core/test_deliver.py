"""Deliver: a receiver gets each message once, signed; what fails is tried again, and "410 Gone" is respected."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from contract.fakes import START, CountedRandomness, GivenForms, InMemorySubmissionRepository, StoppedClock
from contract.webhook_fakes import KEY, FixedKeys, InMemoryDeliveries, ListedReceiver
from standardwebhooks import Webhook as Verifier
from unit.core.builders import a_form, an_entry

from registration_core.adapters.webhook_bodies import body_of
from registration_core.domain.submission import Idempotency
from registration_core.domain.webhook_ports import Answer, DeliveryHeldError, ReceiverError
from registration_core.domain.webhooks import SUBSCRIBABLE, Delivery, Webhook, WebhookEvent, WebhookFormat
from registration_core.services.deliver import LEASE, Delivered, DeliverService, signed

CRM = Webhook("crm", "https://hooks.example.org/", SUBSCRIBABLE, fields=("name",))
CHAT = Webhook("chat", "https://chat.example.org/", SUBSCRIBABLE, WebhookFormat.SLACK)
FORM = replace(a_form(), webhooks=(CRM.to_dict(), CHAT.to_dict()))
ENTRY = an_entry(FORM, {"name": "Åsa"}, submitted_at=START, expires_at=START + timedelta(days=30))
CONFIRMED = Delivery(FORM.name, "crm", ENTRY.id, WebhookEvent.CONFIRMED, 1)
TEST = Delivery(FORM.name, "crm", "test_1", WebhookEvent.TEST)


class World:
    """One stored submission, and a receiver."""

    def __init__(self) -> None:
        self.clock = StoppedClock()
        repository = InMemorySubmissionRepository(self.clock, CountedRandomness())
        repository.add(ENTRY, once=None, idempotency=Idempotency("k", "f", START + timedelta(days=1)))
        self.deliveries = InMemoryDeliveries(self.clock)
        self.receiver = ListedReceiver()
        self.service = DeliverService(
            forms=GivenForms(FORM),
            repository=repository,
            deliveries=self.deliveries,
            keys=FixedKeys(),
            receiver=self.receiver,
            write=body_of,
            clock=self.clock,
            randomness=CountedRandomness(),
        )

    def __call__(self, delivery: Delivery = CONFIRMED) -> Delivered:
        return self.service.deliver(delivery)


def test_message__is_sent_once_and_signed() -> None:
    world = World()
    assert (world(), world()) == (Delivered.DELIVERED, Delivered.DELIVERED_BEFORE)

    ((url, headers, body),) = world.receiver.messages
    assert url == CRM.url
    assert headers["webhook-id"] == CONFIRMED.message_id
    assert headers["webhook-timestamp"] == str(int(START.timestamp()))
    assert json.loads(body)["data"]["answers"] == {"name": "Åsa"}


def test_signature__is_the_library_s_own_one_for_each_key() -> None:
    """The vector is Standard Webhooks's own; the library signs the same."""
    example = signed(
        "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}', ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    )
    assert example["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    older = "whsec_" + "b2xkZXI=" * 4
    both = signed("msg_1", int(START.timestamp()), b"{}", [KEY, older])["webhook-signature"].split()
    assert both == [Verifier(key).sign("msg_1", START, "{}") for key in (KEY, older)]


def test_chat__gets_no_signature() -> None:
    """It can't check one, and its messages must not help to guess a key."""
    world = World()
    assert world(replace(CONFIRMED, webhook="chat")) is Delivered.DELIVERED
    assert world.receiver.messages[0][1] == {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (Answer(500, retry_after_s=30), "status 500"),
        (Answer(302), "status 302"),
        (Answer(404), "status 404"),
        (ReceiverError("no answer within 10 seconds"), "no answer within 10 seconds"),
    ],
)
def test_failure__is_raised_noted_and_tried_again(answer: Answer | ReceiverError, problem: str) -> None:
    world = World()
    world.receiver.answer = answer
    with pytest.raises(ReceiverError) as error:
        world()
    assert error.value.problem == problem
    assert error.value.retry_after_s == (30 if problem == "status 500" else 0)
    record = world.deliveries.get(CONFIRMED)
    assert record is not None
    assert record.problem == problem

    world.receiver.answer = Answer(204)
    assert world() is Delivered.DELIVERED
    ids = {headers["webhook-id"] for _, headers, _ in world.receiver.messages}
    assert (len(world.receiver.messages), len(ids)) == (2, 1)


def test_lease__keeps_a_second_worker_away() -> None:
    world = World()
    world.deliveries.take(CONFIRMED, holder="other", until=START + LEASE)
    with pytest.raises(DeliveryHeldError):
        world()
    assert world.receiver.messages == []


def test_gone__turns_the_webhook_off_until_a_test_succeeds() -> None:
    world = World()
    world.receiver.answer = Answer(410)
    assert [world(), world()] == [Delivered.SWITCHED_OFF] * 2
    assert len(world.receiver.messages) == 1
    assert world(replace(CONFIRMED, webhook="chat")) is Delivered.SWITCHED_OFF  # it answered 410 itself
    assert world(TEST) is Delivered.TEST_FAILED

    world.receiver.answer = Answer(200)
    assert world(replace(TEST, id="test_2")) is Delivered.DELIVERED
    assert world() is Delivered.DELIVERED
    assert world.deliveries.off_since(FORM.name, "chat") is not None


def test_test__fails_once_and_has_no_data() -> None:
    world = World()
    world.receiver.answer = Answer(500)
    assert world(TEST) is Delivered.TEST_FAILED
    assert json.loads(world.receiver.messages[0][2]) == {
        "type": "test",
        "payload_version": 1,
        "timestamp": "",
        "data": {"form": FORM.name},
    }


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"webhook": "removed"}, Delivered.UNKNOWN),
        ({"form": "removed"}, Delivered.UNKNOWN),
        ({"id": "crs_gone"}, Delivered.SUBMISSION_GONE),
    ],
)
def test_message__without_an_addressee_is_done(changes: dict[str, str], outcome: Delivered) -> None:
    world = World()
    assert world(replace(CONFIRMED, **changes)) is outcome  # type: ignore[arg-type]
    assert world.receiver.messages == []
