"""A rate counter in memory, held to the same contract as the one on the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from registration_core.domain.ports import RateCounter

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(slots=True)
class InMemoryRateCounter(RateCounter):
    """Counts kept in a dictionary."""

    counts: dict[tuple[str, str], list[str | None]] = field(default_factory=dict)

    def take(self, sender: str, window: str, *, most: int, expires_at: datetime, request: str | None = None) -> bool:  # noqa: ARG002 - nothing expires here
        counted = self.counts.setdefault((sender, window), [])
        if request is not None and request in counted:
            return True
        if len(counted) >= most:
            return False
        counted.append(request)
        return True
