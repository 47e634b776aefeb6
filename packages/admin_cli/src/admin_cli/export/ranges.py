"""Ranges of entries: a form's month, or a stretch of one, and how one that is long is shared out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from registration_core.adapters.dynamodb import keys
from registration_core.domain.identifiers import ulid_floor, ulid_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.export.rows import Key

_TIME_LETTERS = 10

#: A stretch is not worth sharing when less than this is left of it.
FEWEST_PAGES = 2


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of a form's month, read from its newest entry to its oldest.

    partition: `by_month`'s key. below, down_to: what the IDs lie between, as the beginnings of IDs that no entry has;
    None where the month itself ends.
    """

    partition: str
    below: str | None = None
    down_to: str | None = None

    def query(self, key: Key) -> dict[str, Any]:
        """Give the parameters of DynamoDB's Query, but for the table; key: where it goes on."""
        condition, values = "#month = :month", {":month": {"S": self.partition}}
        if self.below is not None:
            values[":below"] = {"S": self.below}
        if self.down_to is not None:
            values[":down_to"] = {"S": self.down_to}
        if self.below is not None and self.down_to is not None:
            condition += " AND id BETWEEN :down_to AND :below"
        elif self.below is not None:
            condition += " AND id < :below"
        elif self.down_to is not None:
            condition += " AND id >= :down_to"
        return {
            "IndexName": keys.BY_MONTH,
            "KeyConditionExpression": condition,
            "ExpressionAttributeNames": {"#month": "month"},
            "ExpressionAttributeValues": values,
            "ScanIndexForward": False,
            **({} if key is None else {"ExclusiveStartKey": key}),
        }

    def shared(self, newest_id: str, oldest_id: str, ways: int) -> list[Range]:
        """Share out what is left after a page: the range cut short, then what was cut off, newest first.

        newest_id, oldest_id: the page's first and last entry; the time between them tells how many pages are left. One
        range alone, this one, when those are few.
        """
        try:
            newest, oldest, end = _milliseconds(newest_id), _milliseconds(oldest_id), self._begins()
        except ValueError:
            return [self]
        left = oldest - end
        pieces = min(ways, left // max(1, newest - oldest))
        if pieces < FEWEST_PAGES:
            return [self]
        prefix = oldest_id.rpartition("_")[0]
        cuts = [_beginning(prefix, oldest - left * each // pieces) for each in range(1, pieces)]
        if len(set(cuts)) < len(cuts) or cuts[0] >= oldest_id:
            return [self]
        edges = [self.below, *cuts, self.down_to]
        return [Range(self.partition, above, below) for above, below in pairwise(edges)]

    def _begins(self) -> int:
        """Give the time that the range reaches down to, in milliseconds since 1970."""
        if self.down_to is not None:
            return _milliseconds(self.down_to)
        year, month = self.partition.rpartition("#")[2].split("-")
        return round(datetime(int(year), int(month), 1, tzinfo=UTC).timestamp() * 1000)


def months(form: str, *, newest: datetime, oldest: datetime) -> Iterator[Range]:
    """Give the months of a form's entries, newest first."""
    month, last = newest, keys.month_key(form, oldest)
    while keys.month_key(form, month) >= last:
        yield Range(keys.month_key(form, month))
        month = keys.month_before(month)


def _milliseconds(submission_id: str) -> int:
    """Give the time in an ID, or in the beginning of one. Raises ValueError."""
    return ulid_milliseconds(submission_id.rpartition("_")[2].ljust(26, "0"))


def _beginning(prefix: str, milliseconds: int) -> str:
    """Give the beginning of the IDs of a moment."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return f"{prefix}_{ulid_floor(at)[:_TIME_LETTERS]}"
