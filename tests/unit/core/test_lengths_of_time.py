"""Lengths of time in days: the same hour on the organisation's clocks, also across a clock change."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from registration_core.domain.lengths import after, before
from rollcall_build.forms.time_zones import time_zone

STOCKHOLM = time_zone("Europe/Stockholm")


@pytest.mark.parametrize(
    ("first", "length", "second"),
    [
        # 28 March 2027 has 23 hours
        ("2027-03-27T10:00+01:00", "1d", "2027-03-28T10:00+02:00"),
        ("2027-03-22T10:00+01:00", "1w", "2027-03-29T10:00+02:00"),
        ("2027-03-27T10:00+01:00", "24h", "2027-03-28T11:00+02:00"),
        # 31 October 2027 has 25 hours
        ("2027-10-30T10:00+02:00", "1d", "2027-10-31T10:00+01:00"),
        ("2027-10-25T10:00+02:00", "7d", "2027-11-01T10:00+01:00"),
        ("2027-10-30T10:00+02:00", "24h", "2027-10-31T09:00+01:00"),
    ],
)
def test_days__keep_the_hour_both_ways(first: str, length: str, second: str) -> None:
    begins, ends = datetime.fromisoformat(first), datetime.fromisoformat(second)
    assert after(begins, length, STOCKHOLM) == ends
    assert before(ends, length, STOCKHOLM) == begins


@pytest.mark.parametrize(
    ("at", "expected"),
    [("2027-03-27T02:30+01:00", "2027-03-28T03:30+02:00"), ("2027-10-30T02:30+02:00", "2027-10-31T02:30+02:00")],
)
def test_days__may_end_at_an_hour_that_is_skipped_or_repeated(at: str, expected: str) -> None:
    """A skipped half past two is half past three; of a repeated one it is the first."""
    assert after(datetime.fromisoformat(at), "1d", STOCKHOLM) == datetime.fromisoformat(expected)


def test_days__of_an_organisation_without_a_time_zone_have_24_hours() -> None:
    at = datetime(2027, 3, 27, 10, tzinfo=UTC)
    assert after(at, "1d", None) == datetime(2027, 3, 28, 10, tzinfo=UTC)
