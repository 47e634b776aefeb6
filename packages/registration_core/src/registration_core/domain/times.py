"""Times as staff write them: 7d, 3mo, monday, yesterday, 2026-03-01."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta

from registration_core.domain.errors import InvalidFilterError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

_AGO = re.compile(r"([0-9]{1,6}) ?(min|h|d|w|mo|y)")
_MINUTE_OR_MONTH = re.compile(r"([0-9]{1,6}) ?m")
_FIXED_UNITS = {"min": "minutes", "h": "hours"}
_DAYS = {"d": 1, "w": 7}
_MONTHS = {"mo": 1, "y": 12}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DAYS_AGO = {"today": 0, "yesterday": 1}
_WEEKDAYS = [name.lower() for name in calendar.day_name]
_SHORTEST_WEEKDAY = 3


def read_since(since: str, *, forms: Callable[[], object]) -> datetime:
    """Return when a period that lasts until now begins. Arguments and errors are those of `read_period`."""
    first, _ = read_period(since, None, forms=forms)
    assert first is not None  # noqa: S101 - it was given
    return first


def read_period(
    since: str | None,
    until: str | None,
    *,
    forms: Callable[[], object],
    now: datetime | None = None,
    zone: tzinfo | None = None,
    names: tuple[str, str] = ("--since", "--until"),
) -> tuple[datetime | None, datetime | None]:
    """Return when a period begins and ends, in UTC; None where it is open.

    since, until: as for `parse_time`; a date without a time counts as the whole day. forms: reads the
    stack's forms, which set the organisation's time zone; called only after a valid time was given.
    now: None for the current time. zone: None for this process's. names: of the two options. Raises
    InvalidFilterError for an invalid time and for a period that ends before it begins.
    """
    at = now or datetime.now(UTC)

    def read() -> tuple[datetime | None, datetime | None]:
        return (
            None if since is None else parse_time(since, now=at, zone=zone, option=names[0]),
            None if until is None else parse_time(until, now=at, zone=zone, option=names[1], ends=True),
        )

    if since is None and until is None:
        return None, None
    read()  # report a mistake before calling the stack
    forms()  # days are the organisation's
    first, last = read()
    if first is not None and last is not None and first >= last:
        raise InvalidFilterError(f"{names[0]} {since} must be earlier than {names[1]} {until}.")
    return first, last


def parse_time(text: str, *, now: datetime, option: str, ends: bool = False, zone: tzinfo | None = None) -> datetime:
    """Return the time, in UTC, that a person means.

    text: a time before `now` (`90min`, `12h`, `7d`, `2w`, `3mo`, `2y`), `today`, `yesterday`, the
    latest of a weekday (`monday`, `mon`; today counts), or ISO 8601. option: the option's name.
    ends: whether a date without a time means the end of that day. zone: for times that name none;
    None for this process's. Raises InvalidFilterError, which names the option and what it accepts.
    """
    written = text.strip().lower()
    if unclear := _MINUTE_OR_MONTH.fullmatch(written):
        number = unclear[1]
        raise InvalidFilterError(f"{option} {text!r} could mean minutes or months: write {number}min or {number}mo.")
    try:
        if ago := _AGO.fullmatch(written):
            return _before(now, int(ago[1]), ago[2], zone)
        day = _day(written, now.astimezone(zone).date())
        if day is None:
            at = datetime.fromisoformat(text.strip())
            return (at.replace(tzinfo=zone) if at.tzinfo is None else at).astimezone(UTC)
        return datetime.combine(day + timedelta(days=ends), time.min, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise InvalidFilterError(
            f"{option} {text!r} is not a time. Give one such as 7d, 12h, 3mo, monday, 2026-03-01 or 2026-03-01T09:30."
        ) from error


def _before(now: datetime, number: int, unit: str, zone: tzinfo | None) -> datetime:
    """Go back from now. Days and longer keep the hour on the zone's clocks, also across a clock change."""
    if unit in _FIXED_UNITS:
        return now - timedelta(**{_FIXED_UNITS[unit]: number})
    here = now.astimezone(zone).replace(tzinfo=zone)  # not the offset then, which another day may not have
    if unit in _DAYS:
        return (here - timedelta(days=number * _DAYS[unit])).astimezone(UTC)
    month = here.year * 12 + here.month - 1 - number * _MONTHS[unit]
    year, month = divmod(month, 12)
    day = min(here.day, calendar.monthrange(year, month + 1)[1])
    return here.replace(year=year, month=month + 1, day=day).astimezone(UTC)


def _day(written: str, today: date) -> date | None:
    """Return the day; None if the text is no day without a time."""
    if written in _DAYS_AGO:
        return today - timedelta(days=_DAYS_AGO[written])
    if len(written) >= _SHORTEST_WEEKDAY:
        for number, name in enumerate(_WEEKDAYS):
            if name.startswith(written):
                return today - timedelta(days=(today.weekday() - number) % 7)
    return date.fromisoformat(written) if _DAY.fullmatch(written) else None
