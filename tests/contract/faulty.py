"""A DynamoDB that stumbles: conflicts, throttling, and answers or requests that get lost."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.patient import PatientCall

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.adapters.dynamodb.call import Call


class Fault(StrEnum):
    """What befalls one write. lost: carried out, but its answer never comes; unheard: not even carried out."""

    CONFLICT = "conflict"
    THROTTLED = "throttled"
    LOST = "lost"
    UNHEARD = "unheard"


@dataclass(slots=True)
class FaultyCall:
    """Passes calls on; each write meets the next of the faults. keep_tokens: whether the table knows a token again."""

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
    """A clock for patience: each look at it finds half a second gone."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 0.5
        return self._now


def patient(call: Call) -> PatientCall:
    """Return a call that asks again some times, without waiting."""
    return PatientCall(call, sleep=lambda _: None, monotonic=Ticking())


def _conflict(operation: str, params: Mapping[str, Any]) -> AwsCallError:
    if operation != "TransactWriteItems":
        return AwsCallError("TransactionConflictException", "conflict")
    reasons = [{"Code": "TransactionConflict"}, *[{"Code": "None"} for _ in params["TransactItems"][1:]]]
    return AwsCallError("TransactionCanceledException", "cancelled", reasons)
