"""How tests wait: for a condition, with a deadline."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

DEADLINE_S = 60.0
"""How long a test waits for what it expects: a busy machine is late, not wrong."""

Found = TypeVar("Found")


def wait_until(condition: Callable[[], Found], *, what: str, deadline_s: float = DEADLINE_S) -> Found:
    """Wait until a condition returns something true; past the deadline, fail and name the condition."""
    end = time.monotonic() + deadline_s
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > end:
            pytest.fail(f"{what}: not within {deadline_s:.0f} s")
        time.sleep(0.02)
