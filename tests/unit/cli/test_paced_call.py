"""`rollcall doctor --deep` reads no faster than it may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from admin_cli.table_check.paced_call import PacedCall

if TYPE_CHECKING:
    from collections.abc import Mapping


class Stopwatch:
    """A clock that only sleeping and calls move. operations: when each call was made."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[tuple[float, str]] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def answer(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        self.calls.append((self.now, operation))
        self.now += 0.5
        if "ReturnConsumedCapacity" not in params:
            return {}
        consumed: dict[str, Any] = {"CapacityUnits": 200.0}
        return {"ConsumedCapacity": [consumed] if operation == "BatchGetItem" else consumed}


def test_paced_call__reads_as_many_units_per_second_as_it_may() -> None:
    """200 units at 100 per second allow a read every 2 s, whatever kind it is; a write neither waits nor counts."""
    watch = Stopwatch()
    call = PacedCall(watch.answer, units_per_s=100, sleep=watch.sleep, monotonic=watch)

    for operation in ("Scan", "BatchGetItem", "UpdateItem", "GetItem"):
        call(operation, {})

    assert watch.calls == [(0.0, "Scan"), (2.0, "BatchGetItem"), (2.5, "UpdateItem"), (4.0, "GetItem")]
    assert call.units == 600


def test_paced_call__does_not_make_up_for_a_pause() -> None:
    """Time in which nothing was read doesn't allow a burst afterwards."""
    watch = Stopwatch()
    call = PacedCall(watch.answer, units_per_s=100, sleep=watch.sleep, monotonic=watch)
    call("Scan", {})
    watch.sleep(60)
    call("Scan", {})
    call("Scan", {})

    assert [at for at, _ in watch.calls] == [0.0, 60.5, 62.5]
