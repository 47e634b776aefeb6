"""Webhooks in memory: deliveries, keys, a queue and a receiver."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registration_core.adapters.dynamodb.deliveries import OFF_FOR
from registration_core.domain.webhook_ports import (
    Answer,
    Deliveries,
    DeliveryHeldError,
    DeliveryRecord,
    Receiver,
    ReceiverError,
    WebhookKeys,
    WebhookQueue,
    WebhookQueueError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from registration_core.domain.ports import Clock
    from registration_core.domain.webhooks import Delivery

KEY = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


class InMemoryDeliveries(Deliveries):
    """Deliveries by webhook and message."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: dict[tuple[str, str, str], DeliveryRecord] = {}
        self._leases: dict[tuple[str, str, str], tuple[str, datetime]] = {}
        self._off: dict[tuple[str, str], datetime] = {}

    def take(self, delivery: Delivery, *, holder: str, until: datetime) -> bool:
        key, now = _key(delivery), self._clock.now()
        before = self._records.get(key)
        if before is not None and before.state == "delivered":
            return False
        if key in self._leases and self._leases[key][1] > now and self._leases[key][0] != holder:
            raise DeliveryHeldError("held")
        attempts = 1 if before is None else before.attempts + 1
        self._records[key] = DeliveryRecord("sending", attempts, None if before is None else before.problem)
        self._leases[key] = holder, until
        return True

    def end(self, delivery: Delivery, *, holder: str) -> None:
        del holder
        self._records[_key(delivery)] = DeliveryRecord("delivered", self._records[_key(delivery)].attempts)

    def release(self, delivery: Delivery, *, holder: str, problem: str) -> None:
        key = _key(delivery)
        if self._leases[key][0] == holder:
            del self._leases[key]
            self._records[key] = DeliveryRecord("sending", self._records[key].attempts, problem)

    def get(self, delivery: Delivery) -> DeliveryRecord | None:
        return self._records.get(_key(delivery))

    def turn_off(self, form: str, webhook: str) -> None:
        self._off.setdefault((form, webhook), self._clock.now())

    def turn_on(self, form: str, webhook: str) -> None:
        self._off.pop((form, webhook), None)

    def off_since(self, form: str, webhook: str) -> datetime | None:
        since = self._off.get((form, webhook))
        return since if since is not None and self._clock.now() - since < OFF_FOR else None


def _key(delivery: Delivery) -> tuple[str, str, str]:
    return delivery.form, delivery.webhook, delivery.message_id


class FixedKeys(WebhookKeys):
    """One key for every webhook."""

    def of(self, form: str, webhook: str) -> Sequence[str]:
        del form, webhook
        return (KEY,)


@dataclass
class ListedWebhookQueue(WebhookQueue):
    """A queue that keeps its messages, or refuses all; and how long each was postponed."""

    broken: bool = False
    deliveries: list[Delivery] = field(default_factory=list)
    postponed: list[tuple[str, int]] = field(default_factory=list)

    def put(self, deliveries: Sequence[Delivery]) -> None:
        if self.broken:
            raise WebhookQueueError("no queue")
        self.deliveries += deliveries

    def postpone(self, receipt: str, *, wait_s: int) -> None:
        if self.broken:
            raise WebhookQueueError("no queue")
        self.postponed.append((receipt, wait_s))


@dataclass
class ListedReceiver(Receiver):
    """A receiver that gives the chosen answer to each message."""

    answer: Answer | ReceiverError = field(default_factory=lambda: Answer(200))
    messages: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.messages.append((url, headers, body))
        if isinstance(self.answer, ReceiverError):
            raise self.answer
        return self.answer
