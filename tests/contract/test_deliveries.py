"""Deliveries and keys of webhooks: the same contract in memory and on a table; keys on an emulated secret."""

from __future__ import annotations

import base64
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.webhook_fakes import InMemoryDeliveries

from registration_core.adapters.dynamodb.deliveries import DynamoDeliveries
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.webhook_keys import SecretWebhookKeys
from registration_core.domain.webhook_ports import Deliveries, DeliveryHeldError, DeliveryRecord, WebhookKeysError
from registration_core.domain.webhooks import Delivery, WebhookEvent
from rollcall_local.credentials import client

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract.fakes import StoppedClock

    from rollcall_local.paths import Workspace

DELIVERY = Delivery("registration", "crm", "reg_1", WebhookEvent.CONFIRMED, 1)


@dataclass
class World:
    clock: StoppedClock
    deliveries: Deliveries

    def take(self, holder: str, delivery: Delivery = DELIVERY) -> bool:
        return self.deliveries.take(delivery, holder=holder, until=self.clock.at + timedelta(seconds=60))


@pytest.fixture(params=["memory", "table"])
def world(request: pytest.FixtureRequest, clock: StoppedClock) -> World:
    if request.param == "memory":
        return World(clock, InMemoryDeliveries(clock))
    table = Table(sdk_call(request.getfixturevalue("dynamodb")), request.getfixturevalue("table"))
    return World(clock, DynamoDeliveries(table, clock=clock))


def test_delivery__is_leased_once_and_done_once(world: World) -> None:
    assert world.deliveries.get(DELIVERY) is None
    assert world.take("one")
    with pytest.raises(DeliveryHeldError):
        world.take("two")

    world.deliveries.end(DELIVERY, holder="one")

    assert not world.take("two")
    assert world.deliveries.get(DELIVERY) == DeliveryRecord("delivered", 1)


def test_lease__ends_with_its_time(world: World) -> None:
    """A worker that died delays a message by no more than its lease; its attempt counts."""
    world.take("one")
    world.clock.forward(seconds=61)
    assert world.take("two")
    assert world.deliveries.get(DELIVERY) == DeliveryRecord("sending", 2)


def test_failed_attempt__leaves_its_problem(world: World) -> None:
    world.take("one")
    world.deliveries.release(DELIVERY, holder="other", problem="not mine")
    world.deliveries.release(DELIVERY, holder="one", problem="status 500")
    assert world.deliveries.get(DELIVERY) == DeliveryRecord("sending", 1, "status 500")

    assert world.take("two")
    world.deliveries.end(DELIVERY, holder="two")
    assert world.deliveries.get(DELIVERY) == DeliveryRecord("delivered", 2)


def test_deliveries__are_apart_by_webhook_event_and_version(world: World) -> None:
    others = (
        replace(DELIVERY, webhook="chat"),
        replace(DELIVERY, event=WebhookEvent.SUBMITTED),
        replace(DELIVERY, version=2),
        replace(DELIVERY, form="contact"),
    )
    world.take("one")
    assert [world.take("two", other) for other in others] == [True] * 4


def test_webhook__is_off_from_the_first_time_until_it_is_on(world: World) -> None:
    first = world.clock.at
    world.deliveries.turn_on("registration", "crm")
    world.deliveries.turn_off("registration", "crm")
    world.clock.forward(hours=1)
    world.deliveries.turn_off("registration", "crm")

    assert world.deliveries.off_since("registration", "crm") == first
    assert world.deliveries.off_since("registration", "chat") is None
    world.deliveries.turn_on("registration", "crm")
    assert world.deliveries.off_since("registration", "crm") is None
    world.deliveries.turn_off("registration", "crm")
    world.clock.forward(days=365)
    assert world.deliveries.off_since("registration", "crm") is None


@pytest.fixture
def secrets(bare_emulator: Workspace) -> Any:
    return client("secretsmanager", bare_emulator)


@pytest.fixture
def secret(secrets: Any) -> Iterator[str]:
    """Create a secret without a value, as Terraform does."""
    name = f"rollcall/{uuid.uuid4().hex[:12]}/webhooks"
    secrets.create_secret(Name=name)
    yield name
    secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)


def test_keys__are_made_once_for_each_webhook(secrets: Any, secret: str) -> None:
    keys = SecretWebhookKeys(secrets, secret)
    (crm,) = keys.of("registration", "crm")
    (chat,) = keys.of("registration", "chat")

    assert len(base64.b64decode(crm.removeprefix("whsec_"))) == 32
    assert crm != chat
    assert SecretWebhookKeys(secrets, secret).of("registration", "crm") == (crm,)


def test_keys__changed_at_once_lose_none(secrets: Any, secret: str) -> None:
    """Eight who make the first key at once get the same one, and a rotation beside them stays."""
    keys = SecretWebhookKeys(secrets, secret)
    with ThreadPoolExecutor(4) as pool:
        first = set(pool.map(lambda _: keys.of("registration", "crm"), range(8)))
        others = list(pool.map(lambda number: keys.of("registration", f"w{number}"), range(3)))

    assert len(first) == 1
    stored = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    assert sorted(stored) == ["registration/crm", "registration/w0", "registration/w1", "registration/w2"]
    assert [tuple(stored[f"registration/w{number}"]) for number in range(3)] == others


def test_keys__are_rotated_newest_first(secrets: Any, secret: str) -> None:
    keys = SecretWebhookKeys(secrets, secret)
    (old,) = keys.of("registration", "crm")
    new, still = keys.rotate("registration", "crm")
    assert (still, keys.of("registration", "crm")) == (old, (new, old))
    assert keys.forget_older("registration", "crm") == (new,)
    assert keys.of("registration", "crm") == (new,)


def test_keys__that_cannot_be_read_quote_nothing(secrets: Any, secret: str) -> None:
    secrets.put_secret_value(SecretId=secret, SecretString="hunter2")
    with pytest.raises(WebhookKeysError) as error:
        SecretWebhookKeys(secrets, secret).of("registration", "crm")
    assert "hunter2" not in str(error.value)
