"""How the submissions of a form are divided among the readers."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from admin_cli.export.ranges import Range, months
from registration_core.domain.identifiers import new_submission_id

MONTH = Range("course#2026-11")
MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 30), timezones=st.just(UTC))  # noqa: DTZ001 - st gives the zone


def an_id(at: datetime, number: int = 0) -> str:
    return new_submission_id("crs", at, lambda count: number.to_bytes(count, "big"))


def holds(id_range: Range, id_: str) -> bool:
    return (id_range.below is None or id_ < id_range.below) and (id_range.down_to is None or id_ >= id_range.down_to)


def test_months__go_back_to_the_oldest() -> None:
    """Both ends are included."""
    newest, oldest = datetime(2026, 2, 3, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC)

    assert [each.partition for each in months("course", newest=newest, oldest=oldest)] == [
        "course#2026-02",
        "course#2026-01",
        "course#2025-12",
    ]


@given(st.lists(MOMENTS, min_size=2, max_size=2, unique=True), st.integers(2, 40), st.lists(MOMENTS, max_size=20))
def test_shared__ranges_hold_every_submission_once(page: list[datetime], ways: int, others: list[datetime]) -> None:
    """However often a month is divided, each submission is in one range, and the newest come first."""
    oldest, newest = (an_id(at) for at in sorted(page))
    ranges = MONTH.shared(newest, oldest, ways)
    ranges = [*ranges[0].shared(newest, oldest, ways), *ranges[1:]]
    ids = sorted({an_id(at, 7) for at in others} | {oldest, newest}, reverse=True)

    places = [[place for place, each in enumerate(ranges) if holds(each, id_)] for id_ in ids]

    assert all(len(place) == 1 for place in places)
    assert places == sorted(places)
    assert holds(ranges[0], oldest)  # where the reading resumes


def test_shared__a_small_rest_stays_whole() -> None:
    """A range with less than two pages left is not worth another process."""
    newest, oldest = an_id(datetime(2026, 11, 29, tzinfo=UTC)), an_id(datetime(2026, 11, 10, tzinfo=UTC))

    assert MONTH.shared(newest, oldest, 8) == [MONTH]


def test_shared__ids_without_a_time__stay_whole() -> None:
    """They can't be divided by time, so one reader takes them all."""
    assert MONTH.shared("zz", "aa", 8) == [MONTH]
