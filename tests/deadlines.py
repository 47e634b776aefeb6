"""How tests wait: for a condition, with a deadline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE_S = 60.0
"""How long a test waits for what it expects: a busy machine is late, not wrong."""

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.02, 0.1
"""Between two looks. What takes seconds is looked at less often, so that the waiting test leaves the CPU to others."""

Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found], *, what: str, deadline_s: float = DEADLINE_S) -> Found:
    """Wait until a condition returns something true; past the deadline, fail and name the condition."""
    end = time.monotonic() + deadline_s
    pause_s = SHORTEST_PAUSE_S
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            pytest.fail(f"{what}: not within {deadline_s:.0f} s")
        time.sleep(pause_s)
        pause_s = min(LONGEST_PAUSE_S, pause_s * 1.5)
