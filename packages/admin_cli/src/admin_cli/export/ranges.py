"""Ranges of submissions: a form's month or a part of one, and how to split a long one."""

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

#: A range with fewer pages than this left is not worth splitting.
FEWEST_PAGES = 2


@dataclass(frozen=True, slots=True)
class Range:
    """A form's month or a part of one, read from its newest submission to its oldest.

    partition: the key of `by_month`. below, down_to: the limits of the IDs, as beginnings of IDs that no submission
    has; None for the limits of the month.
    """

    partition: str
    below: str | None = None
    down_to: str | None = None

    @property
    def form(self) -> str:
        """The form."""
        return self.partition.rpartition("#")[0]

    @property
    def month(self) -> datetime:
        """When the month begins."""
        year, month = self.partition.rpartition("#")[2].split("-")
        return datetime(int(year), int(month), 1, tzinfo=UTC)

    def query(self, key: Key) -> dict[str, Any]:
        """Return the parameters of DynamoDB's Query, without the table. key: where to continue."""
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
        """Split what is left after a page: this range cut short, then the rest, newest first.

        newest_id, oldest_id: the page's first and last submission; the time between them says how many pages are left.
        Only this range if those are few.
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
        """Return the time of the range's oldest end, in milliseconds since 1970."""
        if self.down_to is not None:
            return _milliseconds(self.down_to)
        return round(self.month.timestamp() * 1000)


def months(form: str, *, newest: datetime, oldest: datetime) -> Iterator[Range]:
    """Yield the months of a form's submissions, newest first."""
    month, last = newest, keys.month_key(form, oldest)
    while keys.month_key(form, month) >= last:
        yield Range(keys.month_key(form, month))
        month = keys.month_before(month)


def _milliseconds(submission_id: str) -> int:
    """Return the time in an ID, or in the beginning of one. Raises ValueError."""
    return ulid_milliseconds(submission_id.rpartition("_")[2].ljust(26, "0"))


def _beginning(prefix: str, milliseconds: int) -> str:
    """Return the beginning of the IDs made at this time."""
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return f"{prefix}_{ulid_floor(at)[:_TIME_LETTERS]}"
