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


def long_date(day: date, language: str, form_words: Words | None = None) -> str:
    """Return `30 April 2015`; `2015-04-30` in a language without words. form_words: the form's own."""
    words = _words(language, form_words)
    return words["date"].format(day=day.day, month=words[MONTHS[day.month - 1]], year=f"{day.year:04}")


def date_and_time(at: datetime, language: str, form_words: Words | None, zone: tzinfo | None) -> str:
    """Return `30 April 2015 at 09:31` in the organisation's time zone; without one, `… at 07:31 UTC`."""
    at, words = local(at, zone), _words(language, form_words)
    text = words["date_and_time"].format(date=long_date(at, language, form_words), time=_clock(at, words))
    return text if zone is not None else f"{text} UTC"


def span(starts_at: datetime, ends_at: datetime | None, language: str, form_words: Words | None = None) -> str:
    """Return `Saturday 16 January 2027, 10:00-12:30` (with an en dash) in the event's local time."""
    words = _words(language, form_words)
    day = words["weekday_and_date"].format(
        weekday=words[WEEKDAYS[starts_at.weekday()]], date=long_date(starts_at, language, form_words)
    )
    start = words["start"].format(date=day, time=_clock(starts_at, words))
    if ends_at is None:
        return start
    if ends_at.date() == starts_at.date():
        return f"{start}\u2013{_clock(ends_at, words)}"
    return f"{start} \u2013 {span(ends_at, None, language, form_words)}"


def _words(language: str, form_words: Words | None) -> Mapping[str, str]:
    return DATES.get(language) or (form_words or {}).get(language, {}).get("dates") or _IN_DIGITS


def _clock(at: datetime, words: Mapping[str, str]) -> str:
    """Return `10:00`, in Swedish `10.00`."""
    return words["time"].format(hour=f"{at:%H}", minute=f"{at:%M}")
