"""Retries: the only place that repeats calls which failed with "not now"."""

from __future__ import annotations

import time

from registration_core.adapters.dynamodb.call import AwsCallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call

VISITOR_RETRY_S, FUNCTION_RETRY_S, STAFF_RETRY_S = 3.0, 6.0, 10.0
"""How long we retry a busy or silent table: while a visitor waits, while nobody does, and on the command line."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.4
_LEAST_S = 0.1
"""With less time left than this we make no call: the response would come too late."""


class Deadline:
    """When all calls of one event must have ended. There is no deadline until `begin`."""

    def __init__(self, monotonic: Callable[[], float] | None = None) -> None:
        self._monotonic = monotonic or time.monotonic
        self._ends_at = float("inf")

    def begin(self, within_s: float) -> None:
        """Set the deadline this many seconds from now."""
        self._ends_at = self._monotonic() + within_s

    def left_s(self) -> float:
        """Return how many seconds are left."""
        return self._ends_at - self._monotonic()


class Retries:
    """A `Call` that repeats another one after random pauses, as long as it may succeed.

    retry_s: no attempt begins later than this after the first. deadline: no attempt begins after it
    either. Only for calls that may safely run twice: reads, conditional writes, and transactions
    with a token.
    """

    def __init__(
        self,
        call: Call,
        *,
        retry_s: float = VISITOR_RETRY_S,
        deadline: Deadline | None = None,
        sleep: Callable[[float], None] | None = None,
        monotonic: Callable[[], float] | None = None,
    ) -> None:
        self._call = call
        self._retry_s = retry_s
        self._deadline = deadline or Deadline(monotonic)
        self._sleep = sleep or time.sleep
        self._monotonic = monotonic or time.monotonic

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation. Raises AwsCallError."""
        if self._deadline.left_s() < _LEAST_S:
            raise AwsCallError("OutOfTime", f"{operation} was not sent: the calls before it used up the time.")
        for _ in self.rounds():
            try:
                return self._call(operation, params)
            except AwsCallError as error:
                if not error.retryable:
                    raise
                refusal = error
        raise refusal

    def rounds(self) -> Iterator[None]:
        """Yield at once, and again after ever longer random pauses, until the time for retries is over."""
        ends_at = self._monotonic() + self._retry_s
        longest = _FIRST_PAUSE_S
        while True:
            yield
            pause = _jitter(longest)
            if pause >= min(ends_at - self._monotonic(), self._deadline.left_s() - _LEAST_S):
                return
            self._sleep(pause)
            longest = min(_LONGEST_PAUSE_S, longest * 2)


def _jitter(longest: float) -> float:
    """Return a random pause, so that callers that failed together don't retry together."""
    import random  # noqa: PLC0415 - only a call that failed needs it

    return random.uniform(longest / 4, longest)  # noqa: S311 - jitter, no secret
