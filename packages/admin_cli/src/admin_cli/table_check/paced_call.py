"""A call to DynamoDB that reads no faster than a number of read units per second."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from registration_core.adapters.dynamodb.call import Call

_READS = frozenset({"BatchGetItem", "GetItem", "Query", "Scan"})


class PacedCall:
    """A `Call` that waits after each read until its units are paid for, by DynamoDB's own count of them."""

    def __init__(
        self,
        call: Call,
        *,
        units_per_s: float,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call = call
        self._units_per_s = units_per_s
        self._sleep = sleep
        self._monotonic = monotonic
        self._paid_until = 0.0
        self.units = 0.0

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation. Raises AwsCallError."""
        if operation not in _READS:
            return self._call(operation, params)
        now = self._monotonic()
        if self._paid_until > now:
            self._sleep(self._paid_until - now)
        answer = self._call(operation, {**params, "ReturnConsumedCapacity": "TOTAL"})
        consumed = answer.get("ConsumedCapacity", ())
        units = sum(each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed]))
        self.units += units
        self._paid_until = max(self._paid_until, now) + units / self._units_per_s
        return answer
