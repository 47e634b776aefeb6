"""A write whose answer is lost counts once when it is sent again, even if the table forgot its token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from contract.entries import an_entry, cancel, change, promote, put, state
from contract.fakes import CountedRandomness, StoppedClock
from contract.faulty_table import Fault, FaultyCall, patient_table

from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from registration_core.domain.submission import Receipt


@dataclass
class Stumbling:
    """A repository on a table, and the faults that its next writes meet."""

    repository: ManagedDynamoRepository
    faults: list[Fault]


@pytest.fixture
def stumbling(dynamodb: Any, table: str, clock: StoppedClock) -> Stumbling:
    call = FaultyCall(sdk_call(dynamodb), keep_tokens=False)
    repository = ManagedDynamoRepository(patient_table(call, table), clock=clock, randomness=CountedRandomness(table))
    repository.make_quotas("course", {"a": 1})
    return Stumbling(repository, call.faults)


def lose(stumbling: Stumbling, *, before: int = 0) -> None:
    stumbling.faults[:] = [Fault.THROTTLED, *[Fault.CONFLICT] * before, Fault.LOST]


def two(stumbling: Stumbling) -> tuple[Receipt, Receipt]:
    return put(stumbling.repository, an_entry()), put(stumbling.repository, an_entry())


def test_add__takes_one_seat(stumbling: Stumbling) -> None:
    lose(stumbling)
    receipt = put(stumbling.repository, an_entry())
    assert (receipt.status, receipt.repeated) == (Status.CONFIRMED, False)
    assert state(stumbling.repository).taken == 1


def test_add__takes_one_ticket(stumbling: Stumbling) -> None:
    put(stumbling.repository, an_entry())
    stumbling.faults[:] = [Fault.UNHEARD, Fault.CONFLICT]
    stumbling.faults += [Fault.LOST] * 2
    receipt = put(stumbling.repository, an_entry())
    assert (receipt.status, receipt.position) == (Status.WAITLISTED, 1)
    assert (state(stumbling.repository).tickets, state(stumbling.repository).waiting) == (1, 1)


def test_add__that_gives_up_takes_nothing_or_is_answered_later(stumbling: Stumbling) -> None:
    stumbling.faults[:] = [Fault.CONFLICT] * 50
    entry = an_entry()
    with pytest.raises(StorageUnavailableError):
        put(stumbling.repository, entry, key="k")
    assert state(stumbling.repository).taken == 0
    stumbling.faults[:] = [Fault.LOST, *[Fault.THROTTLED] * 50]
    with pytest.raises(StorageUnavailableError):
        put(stumbling.repository, entry, key="k")
    stumbling.faults.clear()
    again = put(stumbling.repository, an_entry(), key="k")
    assert (again.id, again.status) == (entry.id, Status.CONFIRMED)
    assert state(stumbling.repository).taken == 1


def test_change__frees_one_seat_and_fills_one(stumbling: Stumbling) -> None:
    seated, waiting = two(stumbling)
    lose(stumbling, before=1)
    assert cancel(stumbling.repository, seated.id).status is Status.CANCELLED
    assert state(stumbling.repository).taken == 0
    lose(stumbling)
    assert promote(stumbling.repository, waiting.id).status is Status.CONFIRMED
    assert (state(stumbling.repository).taken, state(stumbling.repository).departed) == (1, 1)
    assert [event.what for event in stumbling.repository.details(waiting.id).events] == ["submitted", "promoted"]


def test_change__adds_one_event_to_the_history(stumbling: Stumbling) -> None:
    seated, _ = two(stumbling)
    lose(stumbling)
    change(stumbling.repository, seated.id, language="sv")
    assert len(stumbling.repository.details(seated.id).events) == 2


def test_settle_ticket__counts_one_departure(stumbling: Stumbling) -> None:
    two(stumbling)
    ticket = stumbling.repository.take_ticket("course", "a", holder="slow")
    lose(stumbling)
    stumbling.repository.settle_ticket("course", "a", ticket or 0)
    assert state(stumbling.repository).departed == 1


def test_erase__frees_one_seat(stumbling: Stumbling) -> None:
    seated, _ = two(stumbling)
    lose(stumbling)
    assert stumbling.repository.erase(stumbling.repository.get(seated.id), by="registrant").status is Status.ERASED
    assert state(stumbling.repository).taken == 0


def test_set_capacity__applies_once(stumbling: Stumbling) -> None:
    lose(stumbling)
    assert stumbling.repository.set_capacity("course", "a", 4).capacity == 4
