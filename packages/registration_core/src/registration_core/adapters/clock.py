"""The machine's clock."""

from __future__ import annotations

from datetime import UTC, datetime

from registration_core.domain.ports import Clock


class SystemClock(Clock):
    """The operating system's clock."""

    def now(self) -> datetime:
        """Return the current time, aware, in UTC, to the millisecond."""
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)
