"""Time zones in calendars (RFC 5545, 3.6.5), from the rule that a compiled form brings."""

from __future__ import annotations

import re

from registration_core.domain.time_zones import change_time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

    from registration_core.domain.time_zones import TimeZone

_FIRST_YEAR = 1970
_DAYS = ("SU", "MO", "TU", "WE", "TH", "FR", "SA")
_LAST = 5
_RULE = re.compile(r"M(\d+)\.(\d)\.(\d)(?:/(\d+)(?::\d+)*)?")
_HOURS = 24


def can_be_written(zone: TimeZone) -> bool:
    """Whether a calendar can have the zone's rule: a few zones change their clocks on the day before or after it."""
    return all((match := _RULE.fullmatch(rule)) and int(match[4] or 2) < _HOURS for rule, *_ in zone.yearly_changes)


def time_zone_properties(zone: TimeZone) -> Iterator[tuple[str, str]]:
    """Yield the properties of a zone that `can_be_written`."""
    yield "BEGIN", "VTIMEZONE"
    yield "TZID", zone.name
    if not zone.yearly_changes:
        offset, name = zone.utcoffset(None), zone.tzname(None)
        yield from _part("STANDARD", f"{_FIRST_YEAR}0101T000000", offset, offset, name=name)
    for rule, name, before, after in zone.yearly_changes:
        match = _RULE.fullmatch(rule)
        assert match is not None  # noqa: S101 - see `can_be_written`
        month, week, day, _ = match.groups()
        number = "-1" if int(week) == _LAST else week
        first = f"{change_time(rule, _FIRST_YEAR):%Y%m%dT%H%M%S}"
        yearly = f"FREQ=YEARLY;BYMONTH={month};BYDAY={number}{_DAYS[int(day)]}"
        kind = "DAYLIGHT" if after > before else "STANDARD"
        yield from _part(kind, first, before, after, name=name, yearly=yearly)
    yield "END", "VTIMEZONE"


def _part(
    kind: str, first: str, before: timedelta, after: timedelta, *, name: str, yearly: str = ""
) -> Iterator[tuple[str, str]]:
    yield "BEGIN", kind
    yield "DTSTART", first
    yield "TZOFFSETFROM", _offset(before)
    yield "TZOFFSETTO", _offset(after)
    yield "TZNAME", name
    if yearly:
        yield "RRULE", yearly
    yield "END", kind


def _offset(offset: timedelta) -> str:
    minutes = int(offset.total_seconds()) // 60
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
