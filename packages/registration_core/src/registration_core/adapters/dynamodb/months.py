"""Months: a form's submissions newest first, through an index by month, so that a list's cost doesn't grow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import repeat

from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.errors import InvalidCursorError
from registration_core.domain.forms import LONGEST_RETENTION_DAYS
from registration_core.domain.identifiers import ulid_floor, ulid_milliseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.adapters.dynamodb.table import Item, Table
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission

LARGEST_PAGE = 500
_CLOCKS_DIFFER = timedelta(hours=1)
_ROUNDING = timedelta(milliseconds=2)
"""An ID's time is rounded and a submission's is cut off, so we read a little past each bound and filter here."""


def cursor_time(cursor: str) -> datetime:
    """Return when the submission with this ID was submitted. Raises InvalidCursorError if it isn't an ID."""
    try:
        return datetime.fromtimestamp(ulid_milliseconds(cursor.rpartition("_")[2]) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidCursorError(f'"{cursor[:60]}" is not a cursor of a list.') from error


class NewestFirst:
    """One pass back through the months, from `cursor`, `until` or now to `since`. selection: needs form and since."""

    def __init__(
        self, table: Table, selection: Selection, *, now: datetime, cursor: str | None, page_size: int
    ) -> None:
        if selection.form is None or selection.since is None:
            raise ValueError("form and since are required")
        self._table = table
        self._selection = selection
        self._form = selection.form
        self._since = max(selection.since, now - timedelta(days=LONGEST_RETENTION_DAYS))  # nothing is older
        self._now = now
        self._cursor = cursor
        self._limits = _limits(min(page_size, LARGEST_PAGE), growing=selection.sifting)
        self._begin = now + _CLOCKS_DIFFER if cursor is None else cursor_time(cursor)
        self._prefix = None if cursor is None else cursor.rpartition("_")[0]

    def __iter__(self) -> Iterator[Submission]:
        """Yield the submissions, and read each page when it is needed."""
        month = min(self._begin, self._selection.until or self._begin)
        while keys.month_key(self._form, month) >= keys.month_key(self._form, self._since):
            for item in self._items(keys.month_key(self._form, month)):
                submission = items.readable(items.read_submission, item)
                if submission.submitted_at < self._since - _ROUNDING:
                    return
                if self._admits(submission):
                    yield submission
            month = keys.month_before(month)

    def _admits(self, submission: Submission) -> bool:
        return self._selection.admits(submission) and (self._cursor is None or submission.id < self._cursor)

    def _items(self, month: str) -> Iterator[Item]:
        lowest, highest = self._lowest(month), self._highest(month)
        if lowest is not None and highest is not None and lowest > highest:
            return  # the cursor is outside the window, and DynamoDB refuses such a BETWEEN
        condition, bounds = _bounded(lowest, highest)
        sift, sifted = self._sift()
        yield from self._pages(condition, keys.BY_MONTH, sift, month=month, **bounds, **sifted)

    def _pages(self, condition: str, index: str, sift: str = "", **values: str) -> Iterator[Item]:
        """Yield a query's items, without expired ones."""
        queried = self._table.query(condition, index=index, sift=sift, newest_first=True, limits=self._limits, **values)
        return (item for item in queried if not items.expired(item, self._now))

    def _sift(self) -> tuple[str, dict[str, str]]:
        """Return the filter of the query: DynamoDB reads what doesn't match, but doesn't send it."""
        conditions, values = [], {}
        if self._selection.statuses:
            values = {f"status{number}": each.value for number, each in enumerate(sorted(self._selection.statuses))}
            conditions.append(f"#status IN ({', '.join(f':{name}' for name in values)})")
        if self._selection.option is not None:
            values["option"] = self._selection.option
            conditions.append("#option = :option")
        return " AND ".join(conditions), values

    def _highest(self, month: str) -> str | None:
        until = self._selection.until
        bounds = [] if self._cursor is None else [self._cursor]
        if until is not None and keys.month_key(self._form, until) == month and (prefix := self._prefix_in(month)):
            bounds.append(f"{prefix}_{ulid_floor(until + _ROUNDING)}")
        return min(bounds, default=None)

    def _lowest(self, month: str) -> str | None:
        """Return the month's lowest ID to read. Unless the selection filters, the query stops there anyway."""
        if keys.month_key(self._form, self._since) != month:
            return None
        prefix = self._prefix_in(month) if self._selection.sifting else self._prefix
        return f"{prefix}_{ulid_floor(self._since - _ROUNDING)}" if prefix else None

    def _prefix_in(self, month: str) -> str | None:
        """Return the prefix of the form's IDs from its newest submission of a month; None if there is none."""
        if self._prefix is None:
            newest = self._table.query(
                "#month = :month", index=keys.BY_MONTH, newest_first=True, limits=repeat(1), month=month
            )
            for item in newest:
                self._prefix = item["id"].rpartition("_")[0]
                break
        return self._prefix


class NewestSpam(NewestFirst):
    """The same for suspected spam only, through the index of topics, so that nothing else is read."""

    def __iter__(self) -> Iterator[Submission]:
        """Yield the submissions, and read each page when it is needed."""
        begin = self._begin if self._selection.until is None else min(self._begin, self._selection.until)
        first, last = ulid_floor(self._since - _ROUNDING), ulid_floor(begin + _ROUNDING)
        if first > last:
            return  # DynamoDB refuses such a BETWEEN
        between = "topic = :topic AND topic_id BETWEEN :first AND :last"
        spam = self._pages(between, keys.BY_TOPIC, topic=keys.spam_topic(self._form), first=first, last=last)
        yield from filter(self._admits, map(partial(items.readable, items.read_submission), spam))


def _bounded(lowest: str | None, highest: str | None) -> tuple[str, dict[str, str]]:
    """Return the key condition of one month's submissions between the known bounds."""
    bounds = {name: bound for name, bound in (("lowest", lowest), ("highest", highest)) if bound is not None}
    if lowest is not None and highest is not None:
        return "#month = :month AND id BETWEEN :lowest AND :highest", bounds
    if lowest is not None:
        return "#month = :month AND id >= :lowest", bounds
    return "#month = :month" if highest is None else "#month = :month AND id <= :highest", bounds


def _limits(first: int, *, growing: bool) -> Iterator[int]:
    """Yield each page's size. growing: matches are rare, so each page is larger."""
    while True:
        yield first
        first = min(first * 2, LARGEST_PAGE) if growing else first
