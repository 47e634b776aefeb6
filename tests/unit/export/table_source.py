"""A table of submissions in memory that answers an export's queries page by page, as DynamoDB would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from unit.core.builders import a_field, a_form, an_entry

from admin_cli.aws.contexts import Context
from admin_cli.export.rows import Page, Row, read_page
from registration_core.adapters.dynamodb.items import submission_item
from registration_core.adapters.dynamodb.table import wire_item
from registration_core.domain.identifiers import new_submission_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from admin_cli.export.ranges import Range
    from admin_cli.export.rows import Key
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)

COURSE = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field("date", "born"),
    a_field("choice", "level"),
    a_field("choices", "days"),
    a_field("number", "age"),
    a_field("number", "height", decimals=2),
    a_field("consent", "photos"),
    retention_days=3660,
)


def entry(number: int, *, at: datetime | None = None, form: Form = COURSE, **changes: Any) -> Submission:
    """Return a submission by number; each is an hour older than the one before."""
    at = at or NOW - timedelta(hours=number + 1)
    values: dict[str, Any] = {
        "id": new_submission_id(form.id_prefix, at, lambda count: number.to_bytes(count, "big")),
        "submitted_at": at,
        "expires_at": NOW + timedelta(days=4000),
        "email": f"robin.{number}@example.org",
    }
    answers = {"name": f"Robin {number}", "email": f"robin.{number}@example.org"} | changes.pop("answers", {})
    return an_entry(form, answers, **(values | changes))


@dataclass
class TableSource:
    """What an export reads. page: submissions per answer. before: called before each query, which it may stop."""

    entries: list[Submission] = field(default_factory=list)
    page: int = 3
    before: Callable[[], None] = lambda: None
    kept: Sequence[Form] = ()
    context: Context = field(default_factory=lambda: Context("local", "local", "eu-north-1", "http://localhost:1"))
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    total: int | None = None
    place: str = "rollcall-local"
    parallel: bool = True

    @cached_property
    def _months(self) -> Mapping[str, Sequence[dict[str, Any]]]:
        months: dict[str, list[dict[str, Any]]] = {}
        for each in sorted(self.entries, key=lambda each: each.id, reverse=True):
            item = wire_item(submission_item(each))
            months.setdefault(item["month"]["S"], []).append(item)
        return months

    def pages(self, say: Callable[[str], None]) -> Callable[[Range, Key], Page]:
        del say
        return self._answer

    def rank(self, row: Row) -> int | None:
        waiting = sorted((each.position or 0, each.id) for each in self.entries if each.position is not None)
        ranks = {submission_id: rank for rank, (_, submission_id) in enumerate(waiting, 1)}
        return ranks.get(row.id)

    def versions(self, form: str) -> Sequence[Form]:
        return [each for each in self.kept if each.name == form]

    def estimate(self) -> int | None:
        return self.total

    def _answer(self, range_: Range, key: Key) -> Page:
        self.before()
        return read_page(json.dumps(self.answer(range_.query(key))).encode())

    def answer(self, query: Mapping[str, Any]) -> dict[str, Any]:
        """Answer as DynamoDB does."""
        self.asked.append(query)
        values = {name: value["S"] for name, value in query["ExpressionAttributeValues"].items()}
        after = query.get("ExclusiveStartKey", {}).get("id", {}).get("S")
        condition = query["KeyConditionExpression"].removeprefix("#month = :month").strip()
        holds: dict[str, Callable[[str], bool]] = {
            "": lambda _id: True,
            "AND id < :below": lambda id_: id_ < values[":below"],
            "AND id >= :down_to": lambda id_: id_ >= values[":down_to"],
            "AND id BETWEEN :down_to AND :below": lambda id_: values[":down_to"] <= id_ <= values[":below"],
        }
        page_entries = [
            item
            for item in self._months.get(values[":month"], ())
            if holds[condition](item["id"]["S"]) and (after is None or item["id"]["S"] < after)
        ]
        answer: dict[str, Any] = {"Items": page_entries[: self.page], "Count": 1, "ScannedCount": 1}
        if len(page_entries) > self.page:
            last = page_entries[self.page - 1]
            answer["LastEvaluatedKey"] = {name: last[name] for name in ("pk", "sk", "month", "id")}
        return answer
