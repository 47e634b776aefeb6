"""The system's clock."""

from __future__ import annotations

from datetime import UTC

from registration_core.adapters.clock import SystemClock


def test_now__is_in_utc_and_to_the_millisecond() -> None:
    """The table keeps no more, so what a service answers is what it reads back."""
    moments = [SystemClock().now() for _ in range(20)]
    assert {now.tzinfo for now in moments} == {UTC}
    assert [now.microsecond % 1000 for now in moments] == [0] * 20
