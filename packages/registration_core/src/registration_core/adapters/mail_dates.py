"""Dates and times as people of each language read them."""

from __future__ import annotations

from datetime import UTC

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

_MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
}
_DAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
}
_AT = {"en": " at ", "sv": " kl. "}


def long_date(day: date, language: str) -> str:
    """Return `30 April 2015`, `30 april 2015`; in a language that has no words here, `2015-04-30`."""
    if language not in _MONTHS:
        return f"{day:%Y-%m-%d}"
    return f"{day.day} {_MONTHS[language][day.month - 1]} {day.year}"


def moment(at: datetime, language: str) -> str:
    """Return `30 April 2015 at 07:31 UTC`."""
    at = at.astimezone(UTC)
    return f"{long_date(at, language)}{_AT.get(language, ' ')}{_clock(at, language)} UTC"


def span(starts_at: datetime, ends_at: datetime | None, language: str) -> str:
    """Return `Saturday 16 January 2027, 10:00-12:30` with a dash, as the clock shows it where it takes place."""
    start = f"{_day(starts_at, language)}{', ' if language != 'sv' else ' kl. '}{_clock(starts_at, language)}"
    if ends_at is None:
        return start
    if ends_at.date() == starts_at.date():
        return f"{start}\u2013{_clock(ends_at, language)}"
    return f"{start} \u2013 {span(ends_at, None, language)}"


def _day(day: date, language: str) -> str:
    name = _DAYS[language][day.weekday()] + " " if language in _DAYS else ""
    return name + long_date(day, language)


def _clock(at: datetime, language: str) -> str:
    """Return `10:00`, in Swedish `10.00`."""
    return f"{at:%H.%M}" if language == "sv" else f"{at:%H:%M}"
