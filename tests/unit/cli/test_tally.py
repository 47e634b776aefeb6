"""Counts, and the bars that show them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from rich.cells import cell_len
from unit.cli.fakes import ADA, BOB

from admin_cli.stats.tally import Tally, stretches
from admin_cli.terminal.bars import bar, blocks_in, chart
from registration_core.domain.submission import Status


def tally(*entries: object, **settings: object) -> Tally:
    counted = Tally(**settings)  # type: ignore[arg-type]
    for entry in entries:
        counted.add(entry)  # type: ignore[arg-type]
    return counted


def test_add__counts_in_every_way() -> None:
    counted = tally(replace(ADA, option="robots"), replace(ADA, status=Status.SPAM, option="robots"), BOB, zone=UTC)

    assert counted.total == 3
    assert counted.days == {
        date(2026, 3, 1): Counter({Status.CONFIRMED: 1, Status.SPAM: 1}),
        date(2026, 2, 1): Counter({Status.PENDING: 1}),
    }
    assert counted.forms["registration"].total() == 2
    assert counted.options == {("registration", "robots"): Counter({Status.CONFIRMED: 1, Status.SPAM: 1})}
    assert counted.used() == [Status.PENDING, Status.CONFIRMED, Status.SPAM]


def test_add__starts_a_day_in_the_zone() -> None:
    """Late evening in UTC is the next day further east."""
    late = replace(ADA, submitted_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))

    assert list(tally(late, zone=timezone(timedelta(hours=1))).days) == [date(2026, 3, 2)]


def test_each_day__includes_empty_days() -> None:
    days = tally(ADA, BOB, zone=UTC).each_day()

    assert len(days) == 29
    assert sum(split.total() for split in days.values()) == 2
    assert list(days) == sorted(days)
    assert Tally().each_day() == {}


@pytest.mark.parametrize(
    ("length", "unit", "first", "named"),
    [(62, "day", "2026-01-01", 62), (63, "week", "2025-12-29", 10), (500, "month", "2026-01", 17)],
)
def test_stretches__group_many_days(length: int, unit: str, first: str, named: int) -> None:
    """None is lost."""
    days = {date(2026, 1, 1) + timedelta(days=n): Counter({Status.SPAM: n}) for n in range(length)}

    groups = stretches(days)

    assert (groups.unit, next(iter(groups.counts)), len(groups.counts)) == (unit, first, named)
    assert sum(split.total() for split in groups.counts.values()) == sum(range(length))


def test_bar__is_as_long_as_the_share() -> None:
    assert bar(1, 8, blocks=True) == "████████"
    assert bar(0.5, 8, blocks=True) == "████"
    assert bar(1 / 16, 8, blocks=True) == "▌"
    assert bar(0.5, 8, blocks=False) == "####"
    assert bar(0, 8, blocks=True) == ""


@pytest.mark.parametrize("blocks", [True, False])
def test_bar__is_visible_for_any_count(*, blocks: bool) -> None:
    assert bar(0.0001, 8, blocks=blocks) != ""


@pytest.mark.parametrize("width", [20, 40, 80, 300])
def test_chart__fits_and_aligns(width: int) -> None:
    """Whatever script the names are in, and however long they are."""
    names = [("山田太郎", 1200), ("line-followers, registration, of the year 2026", 7), ("\x1b[2Jx", 0)]
    lines = list(chart(names, width, blocks=True))

    assert max(map(cell_len, lines)) <= width
    assert "1,200" in lines[0]
    assert not any("\x1b" in line for line in lines)
    ends = {
        cell_len(line[: line.index(count) + len(count)]) for line, count in zip(lines, ("1,200", "    7"), strict=False)
    }
    assert len(ends) == 1


def test_blocks_in__depends_on_the_streams_encoding() -> None:
    assert blocks_in("utf-8")
    assert not blocks_in("ascii")
    assert not blocks_in("latin-1")
    assert not blocks_in(None)
