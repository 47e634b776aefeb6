"""What a repository stores about a form, read from outside: seats, tickets, and every submission."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.seats import read_state

if TYPE_CHECKING:
    from datetime import datetime

    from contract.managed_fake import InMemoryManagedRepository

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Submission


@dataclass(frozen=True, slots=True)
class Option:
    """One option's quota. seats: submission IDs. tickets: those that wait, with their submission IDs."""

    state: QuotaState
    seats: frozenset[str]
    tickets: dict[int, str]


class StoredState(Protocol):
    """Reads what a repository stores."""

    def option(self, form: str, option: str) -> Option | None: ...

    def entries(self, form: str, *, months: list[datetime]) -> dict[str, Submission]: ...

    def traces(self, submission_id: str) -> str: ...


class StoredInMemory:
    """Reads what the repository in memory stores."""

    def __init__(self, repository: InMemoryManagedRepository) -> None:
        self._repository = repository

    def option(self, form: str, option: str) -> Option | None:
        queue = self._repository._queues.get((form, option))
        return None if queue is None else Option(queue.state(form, option), frozenset(queue.seats), queue.waiting())

    def entries(self, form: str, *, months: list[datetime]) -> dict[str, Submission]:
        assert months
        return {entry.id: entry for entry in self._repository.entries.values() if entry.form == form}

    def traces(self, submission_id: str) -> str:
        traces = [self._repository.entries.get(submission_id), self._repository._events.get(submission_id)]
        return f"{traces} {[once for once, guard in self._repository._once.items() if guard.value == submission_id]}"


class StoredInTable:
    """Reads what a table stores."""

    def __init__(self, call: Call, table_name: str) -> None:
        self._call = call
        self._table_name = table_name

    def option(self, form: str, option: str) -> Option | None:
        pk, _ = table.quota_key(form, option)
        state, seats, tickets, settled = None, set(), {}, 0
        for item in self._query({}, "pk = :pk", {":pk": pk}):
            sk = item["sk"]["S"]
            if sk == table.QUOTA:
                state = read_state(item)
                settled = len(item.get("gone", {}).get("NS", ())) + int(item.get("floor", {"N": "0"})["N"])
            elif sk.startswith(table.SEAT):
                seats.add(item["submission"]["S"])
            elif "submission" in item:
                tickets[int(sk.removeprefix(table.WAIT))] = item["submission"]["S"]
        if state is None:
            assert not seats
            assert not tickets
            return None
        assert settled == state.departed
        return Option(state, frozenset(seats), tickets)

    def entries(self, form: str, *, months: list[datetime]) -> dict[str, Submission]:
        index = {"IndexName": table.BY_MONTH, "ExpressionAttributeNames": {"#month": "month"}}
        submissions = [
            items.read_submission(item)
            for month in months
            for item in self._query(index, "#month = :month", {":month": table.month_key(form, month)})
        ]
        return {entry.id: entry for entry in submissions}

    def traces(self, submission_id: str) -> str:
        pk, _ = table.submission_key(submission_id)
        return json.dumps(list(self._query({}, "pk = :pk", {":pk": pk})), ensure_ascii=False)

    def _query(self, query: dict[str, Any], condition: str, values: dict[str, str]) -> list[Any]:
        answer = self._call(
            "Query",
            {
                "TableName": self._table_name,
                "KeyConditionExpression": condition,
                "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
                **query,
            },
        )
        assert not answer.get("LastEvaluatedKey")
        return list(answer["Items"])
