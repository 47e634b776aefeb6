"""Dates and times in mails, as readers of each language expect them."""

from __future__ import annotations

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
