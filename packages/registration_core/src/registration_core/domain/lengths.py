"""Lengths of time as form files write them, such as `7d`, and the times that they lead to."""

from __future__ import annotations

import re
from datetime import UTC, timedelta

from registration_core.domain.time_zones import local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime, tzinfo

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=366)
_LENGTH = re.compile(r"([0-9]{1,4})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def read_length(text: str) -> timedelta:
    """Read `12h`, `7d` or `2w`. Raises ValueError."""
    match = _LENGTH.fullmatch(text)
    length = timedelta(**{_UNITS[match[2]]: int(match[1])}) if match is not None else timedelta(0)
    if not SHORTEST <= length <= LONGEST:
        raise ValueError("this is not a length of time such as 7d")
    return length


def before(at: datetime, length: str, zone: tzinfo | None) -> datetime:
    """Return the time so long before another one, in UTC. Raises ValueError for an invalid length.

    zone: the organisation's. Days and weeks keep the hour on its clocks, also across a clock change.
    """
    return _moved(at, length, zone, back=True)


def after(at: datetime, length: str, zone: tzinfo | None) -> datetime:
    """Return the time so long after another one, counted as in `before`."""
    return _moved(at, length, zone, back=False)


def _moved(at: datetime, length: str, zone: tzinfo | None, *, back: bool) -> datetime:
    here = local(at, UTC if length.endswith("h") else zone)
    there = here - read_length(length) if back else here + read_length(length)
    return there.astimezone(UTC)
