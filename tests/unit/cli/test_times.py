"""Times as staff write them."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from admin_cli.known_errors import explain
from registration_core.domain.errors import InvalidFilterError
from registration_core.domain.times import parse_time, read_period, read_since

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = datetime(2026, 11, 26, 17, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reader is in Stockholm."""
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90min", NOW - timedelta(minutes=90)),
        ("12h", NOW - timedelta(hours=12)),
        ("2W", NOW - timedelta(days=14)),
        ("3mo", datetime(2026, 8, 26, 16, 30, tzinfo=UTC)),
        ("9mo", datetime(2026, 2, 26, 17, 30, tzinfo=UTC)),
        ("2y", datetime(2024, 11, 26, 17, 30, tzinfo=UTC)),
        ("monday", datetime(2026, 11, 22, 23, tzinfo=UTC)),
        ("Thu", datetime(2026, 11, 25, 23, tzinfo=UTC)),
        ("friday", datetime(2026, 11, 19, 23, tzinfo=UTC)),
        ("today", datetime(2026, 11, 25, 23, tzinfo=UTC)),
        ("yesterday", datetime(2026, 11, 24, 23, tzinfo=UTC)),
        ("2026-03-01", datetime(2026, 2, 28, 23, tzinfo=UTC)),
        ("2026-07-01", datetime(2026, 6, 30, 22, tzinfo=UTC)),
        ("2026-03-01T09:30", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        ("2026-03-01 09:30", datetime(2026, 3, 1, 8, 30, tzinfo=UTC)),
        ("2026-03-01T09:30Z", datetime(2026, 3, 1, 9, 30, tzinfo=UTC)),
        ("2026-03-01T09:30:00.250+02:00", datetime(2026, 3, 1, 7, 30, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_parse_time__reads_what_people_write(text: str, expected: datetime) -> None:
    """In the reader's zone, unless it names one."""
    assert parse_time(text, now=NOW, option="--since") == expected


@pytest.mark.parametrize(
    ("now", "text", "expected"),
    [
        ("2027-03-29T12:00+02:00", "2d", "2027-03-27T12:00+01:00"),
        ("2027-03-29T12:00+02:00", "48h", "2027-03-27T11:00+01:00"),
        ("2027-11-01T12:00+01:00", "1w", "2027-10-25T12:00+02:00"),
        ("2027-11-01T12:00+01:00", "168h", "2027-10-25T13:00+02:00"),
    ],
)
def test_parse_time__keeps_the_hour_across_a_clock_change(now: str, text: str, expected: str) -> None:
    """Days and weeks are the clock's; hours are hours."""
    read = parse_time(text, now=datetime.fromisoformat(now), option="--since")
    assert read == datetime.fromisoformat(expected)


def test_parse_time__of_an_end_date_is_the_end_of_that_day() -> None:
    """`--until 2026-03-29` includes that whole day, even if the clocks change."""
    assert parse_time("2026-03-29", now=NOW, option="--until", ends=True) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert parse_time("yesterday", now=NOW, option="--until", ends=True) == datetime(2026, 11, 25, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["", "soon", "7", "7q", "t", "-7d", "2026-13-01", "2026-02-30", "999999w", "9999y", "9999-12-31"]
)
def test_parse_time__lists_what_it_accepts(text: str) -> None:
    with pytest.raises(InvalidFilterError, match=r"--until '.*' is not a time. Give one such as 7d") as raised:
        parse_time(text, now=NOW, option="--until", ends=True)
    assert explain(raised.value).exit_code == 2


def test_parse_time__counts_months_by_the_calendar() -> None:
    """A month before 31 March is the last day of February, at the same hour."""
    now = datetime(2026, 3, 31, 10, tzinfo=UTC)
    assert parse_time("1mo", now=now, option="--since") == datetime(2026, 2, 28, 11, tzinfo=UTC)


def test_parse_time__refuses_what_can_be_misread() -> None:
    """`1m` is a minute to some and a month to others, and purge erases by it."""
    with pytest.raises(InvalidFilterError, match="could mean minutes or months: write 1min or 1mo") as raised:
        parse_time("1m", now=NOW, option="--older-than")
    assert explain(raised.value).exit_code == 2


def in_tokyo() -> None:
    """Do what reading the forms of an organisation in Tokyo does to this process."""
    os.environ["TZ"] = "JST-9"
    time.tzset()


@pytest.mark.usefixtures("stockholm")
def test_read_period__uses_the_organisations_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is known once the forms were read; the machine's own zone does not matter."""
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    first, last = read_period("2026-03-01", "2026-03-02", forms=in_tokyo, now=NOW)
    assert (first, last) == (datetime(2026, 2, 28, 15, tzinfo=UTC), datetime(2026, 3, 2, 15, tzinfo=UTC))
    assert read_since("2026-03-01", forms=in_tokyo) == first


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        ("soon", None, "--since 'soon' is not a time"),
        ("7d", "soon", "--until 'soon' is not a time"),
    ],
)
def test_read_period__reports_a_mistake_first(since: str, until: str | None, message: str) -> None:
    """Nobody has to wait for the network to learn of a slip."""
    with pytest.raises(InvalidFilterError, match=message):
        read_period(since, until, forms=lambda: pytest.fail("asked"), now=NOW)


def test_read_period__without_options_is_open() -> None:
    """It reads no form for that."""
    assert read_period(None, None, forms=lambda: pytest.fail("asked")) == (None, None)


def test_read_period__must_end_after_it_begins() -> None:
    with pytest.raises(InvalidFilterError, match="--since 2d must be earlier than --until 3d"):
        read_period("2d", "3d", forms=lambda: None, now=NOW)
