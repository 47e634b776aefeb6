"""A form's entries newest first, by the index of months: what a list costs does not grow with the table."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from registration_core.adapters.dynamodb import items, table
from registration_core.domain.errors import InvalidCursorError
from registration_core.domain.forms import LONGEST_RETENTION_DAYS
from registration_core.domain.identifiers import ulid_floor, ulid_milliseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from registration_core.adapters.dynamodb.items import Item
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission

    Ask = Callable[[str, Mapping[str, Any]], dict[str, Any]]

LARGEST_PAGE = 500
_CLOCKS_DIFFER = timedelta(hours=1)
_ROUNDING = timedelta(milliseconds=2)
"""An ID's time is rounded, an entry's is cut off: what lies at a bound is looked at, and sifted here."""


def cursor_time(cursor: str) -> datetime:
    """Return when the entry of this ID was submitted. Raises InvalidCursorError when it is no ID."""
    try:
        return datetime.fromtimestamp(ulid_milliseconds(cursor.rpartition("_")[2]) / 1000, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise InvalidCursorError(f'"{cursor[:60]}" is no cursor that a list gave out.') from error


class NewestFirst:
    """One walk back through the months, from `cursor`, `until` or now to `since`. wanted: names form and since."""

    def __init__(self, ask: Ask, wanted: Selection, *, now: datetime, cursor: str | None, page_size: int) -> None:
        if wanted.form is None or wanted.since is None:
            raise ValueError("which form, and since when?")
        self._ask = ask
        self._wanted = wanted
        self._form = wanted.form
        self._since = max(wanted.since, now - timedelta(days=LONGEST_RETENTION_DAYS))  # nothing is older
        self._now = now
        self._cursor = cursor
        self._page_size = min(page_size, LARGEST_PAGE)
        self._begin = now + _CLOCKS_DIFFER if cursor is None else cursor_time(cursor)
        self._prefix = None if cursor is None else cursor.rpartition("_")[0]

    def __iter__(self) -> Iterator[Submission]:
        """Yield the entries; the next page is read when its first entry is asked for."""
        month = min(self._begin, self._wanted.until or self._begin)
        while table.month_key(self._form, month) >= table.month_key(self._form, self._since):
            for item in self._items(table.month_key(self._form, month)):
                entry = items.read_submission(item)
                if entry.submitted_at < self._since - _ROUNDING:
                    return
                if self._admits(entry):
                    yield entry
            month = table.month_before(month)

    def _admits(self, entry: Submission) -> bool:
        return self._wanted.admits(entry) and (self._cursor is None or entry.id < self._cursor)

    def _items(self, month: str) -> Iterator[Item]:
        lowest, highest = self._lowest(month), self._highest(month)
        if lowest is not None and highest is not None and lowest > highest:
            return  # the window has moved past the cursor; DynamoDB refuses such a BETWEEN
        yield from self._pages(self._sifted(self._bounded(month, lowest, highest)))

    def _pages(self, query: dict[str, Any]) -> Iterator[Item]:
        """Yield what a query finds, but what has expired."""
        while True:
            answer = self._ask("Query", query | {"Limit": self._page_size})
            for item in answer.get("Items", ()):
                if not items.expired(item, self._now):
                    yield item
            if not answer.get("LastEvaluatedKey"):
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
            if self._wanted.sifting:  # few are found among many: ask for more at once
                self._page_size = min(self._page_size * 2, LARGEST_PAGE)

    def _bounded(self, month: str, lowest: str | None, highest: str | None) -> dict[str, Any]:
        """Give the query of one month's entries that lie between the bounds, as far as those are known."""
        values = {":month": month}
        condition = "#month = :month"
        if lowest is not None and highest is not None:
            condition += " AND id BETWEEN :lowest AND :highest"
        elif lowest is not None:
            condition += " AND id >= :lowest"
        elif highest is not None:
            condition += " AND id <= :highest"
        values |= {} if lowest is None else {":lowest": lowest}
        values |= {} if highest is None else {":highest": highest}
        return {
            "IndexName": table.BY_MONTH,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": {"#month": "month"},
            "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
            "ScanIndexForward": False,
        }

    def _sifted(self, query: dict[str, Any]) -> dict[str, Any]:
        """Have the table leave out what is not wanted: it is read there, but not sent."""
        conditions = []
        if self._wanted.statuses:
            values = {f":status{place}": {"S": each.value} for place, each in enumerate(sorted(self._wanted.statuses))}
            query["ExpressionAttributeNames"]["#status"] = "status"
            query["ExpressionAttributeValues"] |= values
            conditions.append(f"#status IN ({', '.join(values)})")
        if self._wanted.option is not None:
            query["ExpressionAttributeNames"]["#option"] = "option"
            query["ExpressionAttributeValues"][":option"] = {"S": self._wanted.option}
            conditions.append("#option = :option")
        return query | ({"FilterExpression": " AND ".join(conditions)} if conditions else {})

    def _highest(self, month: str) -> str | None:
        until = self._wanted.until
        found = [] if self._cursor is None else [self._cursor]
        if until is not None and table.month_key(self._form, until) == month and (prefix := self._prefix_in(month)):
            found.append(f"{prefix}_{ulid_floor(until + _ROUNDING)}")
        return min(found, default=None)

    def _lowest(self, month: str) -> str | None:
        """Give the lowest ID wanted of this month. Unless entries are sifted the walk ends by itself at the bound."""
        if table.month_key(self._form, self._since) != month:
            return None
        prefix = self._prefix_in(month) if self._wanted.sifting else self._prefix
        return f"{prefix}_{ulid_floor(self._since - _ROUNDING)}" if prefix else None

    def _prefix_in(self, month: str) -> str | None:
        """Learn what the form's IDs begin with from its newest entry of a month; None when there is none."""
        if self._prefix is None:
            newest = {
                "IndexName": table.BY_MONTH,
                "KeyConditionExpression": "#month = :month",
                "ExpressionAttributeNames": {"#month": "month"},
                "ExpressionAttributeValues": {":month": {"S": month}},
                "ScanIndexForward": False,
                "Limit": 1,
            }
            for item in self._ask("Query", newest).get("Items", ()):
                self._prefix = item["id"]["S"].rpartition("_")[0]
        return self._prefix


class NewestSpam(NewestFirst):
    """The same entries where only suspected spam is wanted, by the index of topics: nothing else is read."""

    def __iter__(self) -> Iterator[Submission]:
        """Yield the entries; the next page is read when its first entry is asked for."""
        begin = self._begin if self._wanted.until is None else min(self._begin, self._wanted.until)
        first, last = ulid_floor(self._since - _ROUNDING), ulid_floor(begin + _ROUNDING)
        if first > last:
            return  # DynamoDB refuses such a BETWEEN
        values = {":topic": table.spam_topic(self._form), ":first": first, ":last": last}
        query = {
            "IndexName": table.BY_TOPIC,
            "KeyConditionExpression": "topic = :topic AND topic_id BETWEEN :first AND :last",
            "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
            "ScanIndexForward": False,
        }
        yield from filter(self._admits, map(items.read_submission, self._pages(query)))
