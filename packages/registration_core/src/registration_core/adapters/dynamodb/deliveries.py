"""Deliveries of webhooks: one item each, in its webhook's partition, kept for thirty days."""

from __future__ import annotations

from datetime import datetime, timedelta

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.leases import release_lease, take_lease
from registration_core.domain.webhook_ports import DELIVERED, SENDING, Deliveries, DeliveryHeldError, DeliveryRecord

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.adapters.dynamodb.table import Key, Table
    from registration_core.domain.ports import Clock
    from registration_core.domain.webhooks import Delivery

KEPT = timedelta(days=30)
"""Longer than a message can wait: four days on the queue, then two weeks among the dead letters."""
OFF_FOR = timedelta(days=365)
"""After a year, a receiver that wanted no more messages is tried again."""


class DynamoDeliveries(Deliveries):
    """Deliveries of one table."""

    def __init__(self, table: Table, *, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def take(self, delivery: Delivery, *, holder: str, until: datetime) -> bool:
        """Take a delivery's lease until then. Return False if it was delivered before."""
        now = self._clock.now()
        in_the_way = take_lease(
            self._table, _key(delivery), {}, holder=holder, now=now, until=until, expires_at=now + KEPT
        )
        if in_the_way is not None and in_the_way["state"] == SENDING:
            raise DeliveryHeldError(f"The delivery {delivery.message_id} is being made by another worker.")
        return in_the_way is None

    def end(self, delivery: Delivery, *, holder: str) -> None:
        """Record that the receiver accepted it, even if the lease ran out meanwhile."""
        change = "SET #state = :done, #holder = :holder REMOVE #lease_until, #problem"
        self._table.update(_key(delivery), change, "attribute_exists(pk)", done=DELIVERED, holder=holder)

    def release(self, delivery: Delivery, *, holder: str, problem: str) -> None:
        """Release a lease after a failed attempt."""
        release_lease(self._table, _key(delivery), holder=holder, problem=problem)

    def get(self, delivery: Delivery) -> DeliveryRecord | None:
        """Return what became of a delivery; None if nobody has tried it."""
        item = self._table.get(_key(delivery))
        return None if item is None else DeliveryRecord(item["state"], item["attempts"], item.get("problem"))

    def turn_off(self, form: str, webhook: str) -> None:
        """Record that a receiver wants no more messages."""
        now = self._clock.now()
        mark = items.plain_item(
            keys.webhook_key(form, webhook),
            off_since=now.isoformat(timespec="milliseconds"),
            expires_at=items.seconds(now + OFF_FOR),
        )
        self._table.put(mark, "attribute_not_exists(pk) OR expires_at <= :now", now=items.seconds(now))

    def turn_on(self, form: str, webhook: str) -> None:
        """Record that a receiver wants messages again."""
        self._table.delete(keys.webhook_key(form, webhook))

    def off_since(self, form: str, webhook: str) -> datetime | None:
        """Return since when a receiver wants no messages; None if it wants them."""
        item = self._table.get(keys.webhook_key(form, webhook))
        if item is None or items.expired(item, self._clock.now()):
            return None
        return datetime.fromisoformat(item["off_since"])


def _key(delivery: Delivery) -> Key:
    return keys.delivery_key(delivery.form, delivery.webhook, delivery.message_id)
