"""Rates: one item per sender and window, counted with a condition, deleted by TTL."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.ports import RateCounter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Table

_REQUEST_LETTERS = 22
"""Part of a request's fingerprint: 88 bits tell one sender's requests of a day apart."""


class DynamoRateCounter(RateCounter):
    """Counts in one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, sender: str, window: str, *, most: int, expires_at: datetime, request: str | None = None) -> bool:
        """Count one request of a sender, unless `most` others were already counted."""
        counted: dict[str, object]
        if request is None:
            add, room, counted = "#count :one", "#count < :most", {"one": 1}
        else:
            add, room = "#requests :requests", "size(#requests) < :most OR contains(#requests, :request)"
            name = request[:_REQUEST_LETTERS]
            counted = {"request": name, "requests": {name}}
        in_the_way = self._table.update(
            keys.rate_key(sender, window),
            f"ADD {add} SET #expires_at = :expires",
            f"attribute_not_exists(pk) OR {room}",
            most=most,
            expires=items.seconds(expires_at),
            **counted,
        )
        return in_the_way is None
