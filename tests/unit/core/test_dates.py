"""Dates and times in mails, as readers of each language expect them."""

from __future__ import annotations

import calendar
from datetime import date, datetime, timedelta, timezone

import pytest

from registration_core.domain.dates import date_and_time, long_date, span
from rollcall_build.forms.time_zones import time_zone

STOCKHOLM = timezone(timedelta(hours=1))
START = datetime(2027, 1, 16, 10, tzinfo=STOCKHOLM)


@pytest.mark.parametrize(
    ("language", "expected"), [("en", "3 April 2015"), ("sv", "3 april 2015"), ("fi", "2015-04-03")]
)
def test_long_date__has_the_month_in_words(language: str, expected: str) -> None:
    assert long_date(date(2015, 4, 3), language) == expected


def test_time__is_shown_in_the_organisations_zone() -> None:
    zone = time_zone("Europe/Stockholm")
    assert date_and_time(START, "en", None, zone) == "16 January 2027 at 10:00"
    assert date_and_time(START, "sv", None, zone) == "16 januari 2027 kl. 10.00"


def test_time__without_a_zone_is_shown_in_utc() -> None:
    assert date_and_time(START, "en", None, None) == "16 January 2027 at 09:00 UTC"
    assert date_and_time(START, "sv", None, None) == "16 januari 2027 kl. 09.00 UTC"
    assert date_and_time(START, "fi", None, None) == "2027-01-16 09:00 UTC"


def test_span__is_shown_in_the_zone_of_the_venue() -> None:
    end = START + timedelta(hours=2, minutes=30)
    assert span(START, end, "en") == "Saturday 16 January 2027, 10:00\N{EN DASH}12:30"
    assert span(START, end, "sv") == "lördag 16 januari 2027 kl. 10.00\N{EN DASH}12.30"
    assert span(START, None, "en") == "Saturday 16 January 2027, 10:00"
    two_days = span(START, START + timedelta(days=1), "en")
    assert two_days == "Saturday 16 January 2027, 10:00 \N{EN DASH} Sunday 17 January 2027, 10:00"


def test_words__are_those_of_each_month_and_weekday() -> None:
    """In English as Python's calendar names them."""
    days_of_2027 = [START.replace(month=month, day=4 + month % 7) for month in range(1, 13)]
    assert [span(day, None, "en") for day in days_of_2027] == [
        f"{calendar.day_name[day.weekday()]} {day.day} {calendar.month_name[day.month]} 2027, 10:00"
        for day in days_of_2027
    ]
    months = [long_date(date(2027, month, 1), "sv").split(" ")[1] for month in range(1, 13)]
    days = [span(datetime(2027, 1, day, 10, tzinfo=STOCKHOLM), None, "sv").split(" ")[0] for day in range(4, 11)]
    assert " ".join(months) == "januari februari mars april maj juni juli augusti september oktober november december"
    assert " ".join(days) == "måndag tisdag onsdag torsdag fredag lördag söndag"


def test_date__in_a_language_of_the_forms_own__has_its_words() -> None:
    """Without words for it, a date is in digits, with the day in two."""
    pattern = {"time": "{hour}h{minute}", "date": "{day}. {month} {year}", "date_and_time": "{date} um {time}"}
    names = {
        "weekday_and_date": "{weekday}, {date}",
        "start": "{date}, {time}",
        "saturday": "Samstag",
        "january": "Januar",
    }
    german = {"de": {"dates": {**pattern, **names}}}
    assert span(START, None, "de", german) == "Samstag, 16. Januar 2027, 10h00"
    assert date_and_time(START, "de", german, None) == "16. Januar 2027 um 09h00 UTC"
    assert span(START - timedelta(days=10), None, "de") == "2027-01-06, 10:00"
    assert [long_date(date(2027, month, 1), "de") for month in range(1, 13)] == [
        f"2027-{month:02}-01" for month in range(1, 13)
    ]
    assert long_date(date(987, 1, 2), "en") == "2 January 0987"
