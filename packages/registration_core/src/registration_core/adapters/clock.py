"""The machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from registration_core.domain.ports import Clock


class SystemClock(Clock):
    """What the operating system says."""

    def now(self) -> datetime:
        """Return the present moment, aware, in UTC, to the millisecond."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
