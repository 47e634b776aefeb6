"""A DynamoDB that fails: conflicts, throttling, lost answers and lost requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.adapters.dynamodb.call import Call


class Fault(StrEnum):
    """What goes wrong with one write. lost: done, but the answer is lost; unheard: not even done."""

    CONFLICT = "conflict"
    THROTTLED = "throttled"
    LOST = "lost"
    UNHEARD = "unheard"


@dataclass(slots=True)
class FaultyCall:
    """Passes calls on, with the next fault for each write. keep_tokens: whether the table remembers request tokens."""

    call: Call
    faults: list[Fault] = field(default_factory=list)
    keep_tokens: bool = True
    _sent: int = 0

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        if operation in ("GetItem", "BatchGetItem", "Query"):
            return self.call(operation, params)
        fault = self.faults.pop(0) if self.faults else None
        if not self.keep_tokens and "ClientRequestToken" in params:
            self._sent += 1
            params = {**params, "ClientRequestToken": f"{params['ClientRequestToken'][-20:]}-{self._sent}"}
        if fault is Fault.CONFLICT:
            raise _conflict(operation, params)
        if fault is Fault.THROTTLED:
            raise AwsCallError("ThrottlingException", "slow down")
        answer = {} if fault is Fault.UNHEARD else self.call(operation, params)
        if fault in (Fault.LOST, Fault.UNHEARD):
            raise AwsCallError("ConnectionLost", "no answer")
        return answer


class Ticking:
    """A clock for retry budgets: each reading is half a second later."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 0.5
        return self._now


def patient_table(call: Call, name: str) -> Table:
    """Return a table that retries a few times without waiting."""
    return Table(call, name, sleep=lambda _: None, monotonic=Ticking())


def _conflict(operation: str, params: Mapping[str, Any]) -> AwsCallError:
    if operation != "TransactWriteItems":
        return AwsCallError("TransactionConflictException", "conflict")
    reasons = [{"Code": "TransactionConflict"}, *[{"Code": "None"} for _ in params["TransactItems"][1:]]]
    return AwsCallError("TransactionCanceledException", "cancelled", reasons)
