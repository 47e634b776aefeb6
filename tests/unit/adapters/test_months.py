"""What a list costs: the number of its queries, and how much each may read."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest
from contract.entries import an_entry
from contract.fakes import START, StoppedClock

from registration_core.adapters.dynamodb import items
from registration_core.adapters.dynamodb.journal import DynamoJournal
from registration_core.adapters.dynamodb.months import NewestFirst
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.table import Table, wire_item
from registration_core.domain.identifiers import ulid_floor
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

MINUTE = timedelta(minutes=1)


class Index:
    """The submissions of one month, a second apart; it records the queries."""

    def __init__(self, count: int) -> None:
        entry = an_entry()
        self._items = [
            wire_item(
                items.submission_item(
                    replace(entry, id=f"crs_01JD2M8V4Q{count - n:016}", submitted_at=START - timedelta(seconds=n))
                )
            )
            for n in range(count)
        ]
        self.asked: list[Mapping[str, Any]] = []
        self.read = 0

    def __call__(self, operation: str, query: Mapping[str, Any]) -> dict[str, Any]:
        assert (operation, query["IndexName"], query["ScanIndexForward"]) == ("Query", "by_month", False)
        self.asked.append(dict(query))
        if query["ExpressionAttributeValues"][":month"]["S"] != "course#2027-03":
            return {"Items": []}
        start = query.get("ExclusiveStartKey", 0)
        page = self._items[start : start + query["Limit"]]
        self.read += len(page)
        end = start + query["Limit"]
        return {"Items": page} | ({"LastEvaluatedKey": end} if end < len(self._items) else {})


def newest(index: Index, *, page_size: int, **chosen: Any) -> NewestFirst:
    selection = Selection("course", **({"since": START - timedelta(days=300)} | chosen))
    return NewestFirst(Table(index, "table"), selection, now=START, cursor=None, page_size=page_size)


@pytest.mark.parametrize("count", [100, 10_000])
def test_list__reads_the_same_of_few_as_of_many(count: int) -> None:
    """One query reads one submission more than the list shows."""
    index = Index(count)

    assert len(list(islice(newest(index, page_size=31), 31))) == 31
    assert ([query["Limit"] for query in index.asked], index.read) == ([31], 31)


def test_list__of_many_reads_pages_of_limited_size() -> None:
    index = Index(2_000)

    assert len(list(islice(newest(index, page_size=10_000), 1_200))) == 1_200
    assert [query["Limit"] for query in index.asked] == [500, 500, 500]


def test_list__with_a_filter_starts_small_and_reads_more() -> None:
    """The table filters; pages double in size up to a limit."""
    index = Index(3_000)
    list(newest(index, page_size=30, statuses=frozenset({Status.PENDING})))

    assert [query["Limit"] for query in index.asked][:7] == [30, 60, 120, 240, 480, 500, 500]
    assert index.asked[0]["FilterExpression"] == "#status IN (:status0)"


def test_list__between_two_times_is_limited_by_the_index() -> None:
    """It reads nothing newer than `until` or older than `since`."""
    index = Index(100)
    list(newest(index, page_size=5, since=START - 2 * MINUTE, until=START - MINUTE, option="a"))

    learning, bounded = index.asked[0], index.asked[1]
    assert learning["Limit"] == 1
    assert bounded["KeyConditionExpression"] == "#month = :month AND id BETWEEN :lowest AND :highest"
    assert {query["ExpressionAttributeValues"][":month"]["S"] for query in index.asked} == {"course#2027-03"}


def test_list__of_a_past_month_starts_there() -> None:
    index = Index(100)
    list(newest(index, page_size=5, since=START - timedelta(days=90), until=START - timedelta(days=60)))

    months = [query["ExpressionAttributeValues"][":month"]["S"] for query in index.asked]
    assert set(months) == {"course#2026-12"}
    assert index.read == 0


def test_list__past_its_window__sends_no_reversed_range() -> None:
    """DynamoDB refuses a BETWEEN whose bounds are in the wrong order."""
    index = Index(10)
    cursor = index._items[5]["id"]["S"]
    selection = Selection("course", since=START + MINUTE)

    assert list(NewestFirst(Table(index, "table"), selection, now=START + 2 * MINUTE, cursor=cursor, page_size=5)) == []
    for query in index.asked:
        values = query["ExpressionAttributeValues"]
        assert values.get(":lowest", {"S": ""})["S"] <= values.get(":highest", {"S": "~"})["S"]


class Calls:
    """Answers every query with nothing, enforces DynamoDB's rule for BETWEEN, and records each partition."""

    def __init__(self) -> None:
        self.partitions: list[str] = []

    def __call__(self, operation: str, query: Mapping[str, Any]) -> dict[str, Any]:
        assert operation == "Query"
        values = {name: value["S"] for name, value in query["ExpressionAttributeValues"].items()}
        assert values.get(":first", "") <= values.get(":last", "~")
        self.partitions.append(values.get(":topic", values.get(":month", "")))
        return {"Items": []}


@pytest.mark.parametrize("until", [None, START + MINUTE, START - MINUTE, START - timedelta(days=2)])
@pytest.mark.parametrize("cursor", [None, f"crs_{ulid_floor(START)}", f"crs_{ulid_floor(START - timedelta(days=3))}"])
def test_list__of_spam_reads_nothing_else(until: datetime | None, cursor: str | None) -> None:
    """It sends at most one query of the spam topic, whatever the bounds, instead of one per month."""
    calls = Calls()
    repository = DynamoSubmissionRepository(Table(calls, "table"), clock=StoppedClock())
    spam = frozenset({Status.SPAM})
    list(repository.newest("course", since=START - timedelta(days=1), until=until, statuses=spam, cursor=cursor))

    assert set(calls.partitions) <= {"SPAM#course"}
    assert len(calls.partitions) <= 1


@pytest.mark.parametrize("year", [1, 1926, 1969])
def test_old_since__reads_only_months_that_are_kept(year: int) -> None:
    """Lists, history and mails go back at most ten years, with one query per month."""
    since = START.replace(year=year)
    calls = Calls()
    journal = DynamoJournal(Table(calls, "table"), clock=StoppedClock())

    for read in (
        lambda: list(
            NewestFirst(Table(calls, "table"), Selection("course", since=since), now=START, cursor=None, page_size=9)
        ),
        lambda: list(journal.events("course", since=since)),
        lambda: list(journal.mails(since=since)),
    ):
        calls.partitions.clear()
        read()
        assert len(calls.partitions) == 122
        assert calls.partitions[-1].endswith("2017-02")
    calls.partitions.clear()
    list(journal.open_mails(since=since))
    list(journal.spam("course", since=since))
    assert len(calls.partitions) == 2
