"""Calls that many make at the same moment: what met a conflict or was throttled is asked again for a while."""

from __future__ import annotations

import time

from registration_core.adapters.dynamodb.call import AwsCallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call

TOTAL_S = 3.0
"""A visitor waits no longer than this for their turn, and is told to come back then."""
LONGEST_PAUSE_S = 0.4
_FIRST_PAUSE_S = 0.02


class PatientCall:
    """A `Call` that asks again, after a pause drawn at random, until total_s after it was made.

    Make one for each piece of work. What it is asked must do no harm when it is carried out twice.
    """

    def __init__(
        self,
        call: Call,
        *,
        total_s: float = TOTAL_S,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call = call
        self._sleep = sleep
        self._monotonic = monotonic
        self._ends_at = monotonic() + total_s

    def __call__(self, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Carry out one operation. Raises AwsCallError."""
        longest = _FIRST_PAUSE_S
        while True:
            try:
                return self._call(operation, params)
            except AwsCallError as error:
                pause = _jitter(longest)
                if not error.retryable or self._monotonic() + pause >= self._ends_at:
                    raise
            self._sleep(pause)
            longest = min(LONGEST_PAUSE_S, longest * 2)


def _jitter(longest: float) -> float:
    import random  # noqa: PLC0415 - only a call that failed needs it

    return random.uniform(longest / 4, longest)  # noqa: S311 - jitter, no secret
