"""What a repository stores about a form, read from outside: seats, tickets, and every submission."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from contract.fakes import PlainSigner

from admin_cli.table_check.check import TableCheck
from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.seats import read_state
from registration_core.adapters.dynamodb.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from contract.manage_fake import InMemoryManagedRepository

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.domain.forms import Form
    from registration_core.domain.ports import Clock, Signer
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

    def problems(self, form: Form, clock: Clock) -> list[str]: ...


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

    def problems(self, form: Form, clock: Clock) -> list[str]:
        """Find nothing: only items can disagree."""
        del form, clock
        return []


class StoredInTable:
    """Reads what a table stores."""

    def __init__(self, call: Call, name: str) -> None:
        self._table = Table(call, name)

    def option(self, form: str, option: str) -> Option | None:
        pk, _ = keys.quota_key(form, option)
        state, seats, tickets, settled = None, set(), {}, 0
        for item in self._table.query("pk = :pk", pk=pk):
            sk = item["sk"]
            if sk == keys.QUOTA:
                state = read_state(item)
                settled = len(item.get("gone", ())) + item.get("floor", 0)
            elif sk.startswith(keys.SEAT):
                seats.add(item["submission"])
            elif "submission" in item:
                tickets[int(sk.removeprefix(keys.WAIT))] = item["submission"]
        if state is None:
            assert not seats
            assert not tickets
            return None
        assert settled == state.departed
        return Option(state, frozenset(seats), tickets)

    def entries(self, form: str, *, months: list[datetime]) -> dict[str, Submission]:
        submissions = [
            items.read_submission(item)
            for month in months
            for item in self._table.query("#month = :month", index=keys.BY_MONTH, month=keys.month_key(form, month))
        ]
        return {entry.id: entry for entry in submissions}

    def traces(self, submission_id: str) -> str:
        pk, _ = keys.submission_key(submission_id)
        return json.dumps(list(self._table.query("pk = :pk", pk=pk)), ensure_ascii=False)

    def problems(self, form: Form, clock: Clock) -> list[str]:
        """Return what `rollcall doctor --deep` finds wrong."""
        check = table_check(self._table, forms=[form], signer=PlainSigner(), clock=clock)
        return [problem.says for subject in check.suspects() for problem in check.problems(subject)]


def table_check(table: Table, *, forms: Sequence[Form], signer: Signer | None, clock: Clock) -> TableCheck:
    """Return the check of a table whose forms never changed."""
    return TableCheck(
        table,
        forms={form.name: form for form in forms},
        versions_of=lambda name: [form for form in forms if form.name == name],
        signer=signer,
        repository=ManagedDynamoRepository(table, clock=clock),
        clock=clock,
        by="checker",
    )
