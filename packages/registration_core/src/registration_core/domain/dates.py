"""Dates and times as people of each language read them."""

from __future__ import annotations

from registration_core.domain.time_zones import local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime, tzinfo

    from registration_core.domain.messages import Words

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

DATES: Mapping[str, Mapping[str, str]] = {
    "en": {
        **{name: name.capitalize() for name in (*MONTHS, *WEEKDAYS)},
        "time": "{hour}:{minute}",
        "date": "{day} {month} {year}",
        "date_and_time": "{date} at {time}",
        "weekday_and_date": "{weekday} {date}",
        "start": "{date}, {time}",
    },
    "sv": {
        "january": "januari",
        "february": "februari",
        "march": "mars",
        "april": "april",
        "may": "maj",
        "june": "juni",
        "july": "juli",
        "august": "augusti",
        "september": "september",
        "october": "oktober",
        "november": "november",
        "december": "december",
        "monday": "måndag",
        "tuesday": "tisdag",
        "wednesday": "onsdag",
        "thursday": "torsdag",
        "friday": "fredag",
        "saturday": "lördag",
        "sunday": "söndag",
        "time": "{hour}.{minute}",
        "date": "{day} {month} {year}",
        "date_and_time": "{date} kl. {time}",
        "weekday_and_date": "{weekday} {date}",
        "start": "{date} kl. {time}",
    },
}
"""Names and patterns. start: the start of an event, with the day of the week."""

_IN_DIGITS = {
    **{name: f"{number:02}" for number, name in enumerate(MONTHS, start=1)},
    **dict.fromkeys(WEEKDAYS, ""),
    "time": "{hour}:{minute}",
    "date": "{year}-{month}-{day:0>2}",
    "date_and_time": "{date} {time}",
    "weekday_and_date": "{date}",
    "start": "{date}, {time}",
}
"""How dates are written in a language without words for them."""


def long_date(day: date, language: str, own: Words | None = None) -> str:
    """Return `30 April 2015`; `2015-04-30` in a language without words. own: a form's words."""
    words = _words(language, own)
    return words["date"].format(day=day.day, month=words[MONTHS[day.month - 1]], year=f"{day.year:04}")


def moment(at: datetime, language: str, own: Words | None, zone: tzinfo | None) -> str:
    """Return `30 April 2015 at 09:31` in the organisation's time zone; without one, `… at 07:31 UTC`."""
    at, words = local(at, zone), _words(language, own)
    said = words["date_and_time"].format(date=long_date(at, language, own), time=_clock(at, words))
    return said if zone is not None else f"{said} UTC"


def span(starts_at: datetime, ends_at: datetime | None, language: str, own: Words | None = None) -> str:
    """Return `Saturday 16 January 2027, 10:00-12:30` (with an en dash) in the event's local time."""
    words = _words(language, own)
    day = words["weekday_and_date"].format(
        weekday=words[WEEKDAYS[starts_at.weekday()]], date=long_date(starts_at, language, own)
    )
    start = words["start"].format(date=day, time=_clock(starts_at, words))
    if ends_at is None:
        return start
    if ends_at.date() == starts_at.date():
        return f"{start}\u2013{_clock(ends_at, words)}"
    return f"{start} \u2013 {span(ends_at, None, language, own)}"


def _words(language: str, own: Words | None) -> Mapping[str, str]:
    return DATES.get(language) or (own or {}).get(language, {}).get("dates") or _IN_DIGITS


def _clock(at: datetime, words: Mapping[str, str]) -> str:
    """Return `10:00`, in Swedish `10.00`."""
    return words["time"].format(hour=f"{at:%H}", minute=f"{at:%M}")
