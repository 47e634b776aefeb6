"""The retry budget: what is asked again, for how long, and what is not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.retries import VISITOR_RETRY_S, Deadline, Retries

if TYPE_CHECKING:
    from collections.abc import Mapping

CONFLICT = AwsCallError("TransactionCanceledException", "conflict", [{"Code": "None"}, {"Code": "TransactionConflict"}])
THROTTLED = AwsCallError("ThrottlingException", "slow down")
LOST = AwsCallError("ConnectionLost", "no answer")


@dataclass
class Slow:
    """Raises the next of the errors, then answers; each attempt takes a while of its own clock."""

    errors: list[AwsCallError]
    takes_s: float = 0.0
    now: float = 0.0
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def __call__(self, _operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.asked.append(params)
        self.now += self.takes_s
        if self.errors:
            raise self.errors.pop(0)
        return {"Item": {}}

    def monotonic(self) -> float:
        return self.now

    def sleep(self, pause: float) -> None:
        self.pauses.append(pause)
        self.now += pause


def retries(call: Slow, **more: Any) -> Retries:
    return Retries(call, sleep=call.sleep, monotonic=call.monotonic, **more)


@pytest.mark.parametrize("error", [CONFLICT, THROTTLED, LOST])
def test_call__is_made_again_unchanged_after_a_short_pause(error: AwsCallError) -> None:
    call = Slow([error, error])

    assert retries(call)("TransactWriteItems", {"ClientRequestToken": "t"}) == {"Item": {}}
    assert call.asked == [{"ClientRequestToken": "t"}] * 3
    assert all(0 < pause <= 0.04 for pause in call.pauses)


def test_call__that_is_refused_is_not_made_again() -> None:
    call = Slow([AwsCallError("AccessDeniedException", "no")])

    with pytest.raises(AwsCallError, match="no"):
        retries(call)("GetItem", {})

    assert len(call.asked) == 1


def test_call__gives_up_when_its_time_is_over() -> None:
    """A busy table is asked for three seconds, with ever longer pauses; then the last refusal is raised."""
    call = Slow([THROTTLED] * 99)

    with pytest.raises(AwsCallError, match="slow down"):
        retries(call)("GetItem", {})

    assert VISITOR_RETRY_S - 0.4 <= call.now <= VISITOR_RETRY_S
    assert max(call.pauses) <= 0.4


def test_call__to_a_silent_table_is_made_twice() -> None:
    call = Slow([LOST] * 9, takes_s=2.5)

    with pytest.raises(AwsCallError, match="no answer"):
        retries(call)("GetItem", {})

    assert len(call.asked) == 2


def test_calls__of_one_event_end_together() -> None:
    """Eight seconds for all of them: what has no time left is not asked at all."""
    call = Slow([], takes_s=2.3)
    deadline = Deadline(call.monotonic)
    deadline.begin(8.0)
    hasty = retries(call, deadline=deadline)
    for _ in range(4):
        hasty("GetItem", {})

    with pytest.raises(AwsCallError, match="was not sent") as caught:
        hasty("TransactWriteItems", {})

    assert not caught.value.retryable
    assert len(call.asked) == 4
    deadline.begin(8.0)
    assert hasty("GetItem", {}) == {"Item": {}}


def test_failed_call__is_not_retried_past_its_event() -> None:
    call = Slow([LOST] * 9, takes_s=2.3)
    deadline = Deadline(call.monotonic)
    deadline.begin(2.3)

    with pytest.raises(AwsCallError, match="no answer"):
        retries(call, deadline=deadline)("GetItem", {})

    assert len(call.asked) == 1
