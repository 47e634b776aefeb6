"""What every repository promises of groups: all or none, one seat each, tickets in order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.entries import an_entry, cancel, put
from contract.fakes import START, CountedRandomness, StoppedClock
from contract.faulty_table import Fault, FaultyCall, patient_table

from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.domain.errors import KeyReusedError
from registration_core.domain.groups import MOST
from registration_core.domain.submission import Idempotency, Once, Status
from registration_core.services.group_seating import GroupSeating

if TYPE_CHECKING:
    from registration_core.domain.ports import ManagedRepository
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Receipt, Submission

CAPACITIES = {"a": 3, "b": 3}


def a_family(*options: str | None, status: Status = Status.CONFIRMED) -> list[Submission]:
    alone = [an_entry(status, option=option, email="per@example.org") for option in options]
    ids = tuple(sorted(each.id for each in alone))
    return [replace(each, id=own_id, members=ids) for own_id, each in zip(ids, alone, strict=True)]


def once_of(person: str, option: str, *earlier: str) -> Once:
    return Once(option, person.ljust(64, "0"), tuple(each.ljust(64, "0") for each in earlier))


def store(
    repository: ManagedRepository,
    family: list[Submission],
    *,
    people: list[Once] | None = None,
    key: str | None = None,
    answers: str = "same",
    clock: StoppedClock | None = None,
) -> Receipt:
    once: list[Once | None] = [*people] if people else [None] * len(family)
    idempotency = Idempotency(key or family[0].id, answers, START + timedelta(minutes=10), of_answers=key is not None)
    seating = GroupSeating(
        repository=repository, clock=clock or StoppedClock(), randomness=CountedRandomness(family[0].id)
    )
    return seating.add(list(zip(family, once, strict=True)), idempotency=idempotency, capacities=CAPACITIES)


def outcomes(receipt: Receipt) -> list[tuple[str, int | None]]:
    return [(each.status.value, each.position) for each in receipt.group]


def state(repository: ManagedRepository, option: str) -> QuotaState:
    return repository.quotas("course", [option])[option]


def test_add_group__stores_all_with_their_history(repository: ManagedRepository) -> None:
    family = a_family("a", "a", "b")
    receipt = store(repository, family)
    assert [each.id for each in receipt.group] == [each.id for each in family]
    for each in receipt.group:
        details = repository.details(each.id)
        assert details.submission.members == tuple(member.id for member in family)
        assert [(event.what, event.by) for event in details.events] == [("submitted", "registrant")]
        assert repository.by_reference(each.reference).id == each.id
    assert (state(repository, "a").taken, state(repository, "b").taken) == (2, 1)


def test_add_group__more_than_are_left__seats_then_tickets(repository: ManagedRepository) -> None:
    put(repository, an_entry(), capacity=3)
    receipt = store(repository, a_family("a", "a", "a", "a", status=Status.PENDING))
    assert outcomes(receipt) == [("pending", None), ("pending", None), ("waitlisted", 1), ("waitlisted", 2)]
    assert outcomes(store(repository, a_family("a", "b"))) == [("waitlisted", 3), ("confirmed", None)]
    assert (state(repository, "a").taken, state(repository, "a").waiting) == (3, 3)
    waiting = [each.id for each in receipt.group[2:]]
    assert list(repository.waiting("course", "a"))[:2] == waiting
    cancel(repository, receipt.group[0].id)
    assert repository.next_waiting("course", "a") == waiting[0]


def test_add_group__the_same_key__all_receipts_again(repository: ManagedRepository) -> None:
    first = store(repository, a_family("a", "b"), key="k")
    again = store(repository, a_family("a", "b"), key="k")
    assert again.repeated
    assert [each.reference for each in again.group] == [each.reference for each in first.group]
    with pytest.raises(KeyReusedError):
        store(repository, a_family("a"), key="k", answers="others")
    assert state(repository, "a").taken == 1


@pytest.mark.parametrize("number", [0, 1])
def test_add_group__cancelling_one__forgets_the_answers_key(repository: ManagedRepository, number: int) -> None:
    """Someone who cancels one participant can send the same form again, and isn't told of the cancelled one."""
    people = [once_of("1", "a"), once_of("2", "a")]
    first = store(repository, a_family("a", "a"), people=people, key="k")
    cancel(repository, first.group[number].id)
    again = store(repository, a_family("a", "a"), people=people, key="k")
    assert not again.repeated
    assert repository.by_reference(again.group[number].reference).id == again.group[number].id
    assert repository.by_reference(again.group[1 - number].reference).id == first.group[1 - number].id
    assert state(repository, "a").taken == 2


def test_add_group__one_registered_before__takes_no_second_seat(repository: ManagedRepository) -> None:
    """The reference of that one leads to the first submission, as for someone who is alone."""
    first = put(repository, an_entry(), capacity=3, once=once_of("1", "a"))
    receipt = store(repository, a_family("a", "a"), people=[once_of("1", "a"), once_of("2", "a")])
    assert outcomes(receipt) == [("confirmed", None), ("confirmed", None)]
    assert not receipt.repeated
    assert repository.by_reference(receipt.group[0].reference).id == first.id
    assert state(repository, "a").taken == 2
    assert store(repository, a_family("a", "b"), people=[once_of("1", "a"), once_of("3", "b")]).group


def test_add_group__spam_takes_no_seats(repository: ManagedRepository) -> None:
    receipt = store(repository, a_family("a", "a", status=Status.SPAM), people=[once_of("1", "a"), once_of("2", "a")])
    assert outcomes(receipt) == [("spam", None), ("spam", None)]
    assert repository.quotas("course", ["a"]) == {}


@pytest.fixture
def table_repository(dynamodb: Any, table: str, clock: StoppedClock) -> ManagedDynamoRepository:
    call = Table(sdk_call(dynamodb), table)
    return ManagedDynamoRepository(call, clock=clock, randomness=CountedRandomness(table))


@pytest.mark.parametrize("older", [0, 3, 9])
def test_add_group__the_largest_fits_one_transaction(table_repository: ManagedDynamoRepository, older: int) -> None:
    """Ten participants, each with an option of its own beside them, whatever keys the guards once had."""
    options = [f"option-{number}" for number in range(MOST)]
    people = [once_of(f"{n}", option, *(f"{n}-{key}" for key in range(older))) for n, option in enumerate(options)]
    table_repository.make_quotas("course", dict.fromkeys(options, 1))
    receipt = store(table_repository, a_family(*options), people=people)
    assert len(table_repository.several(each.id for each in receipt.group)) == MOST
    mixed = a_family(*options)
    newcomers = [once_of(f"new {n}", option) for n, option in enumerate(options[1:])]
    again = store(table_repository, mixed, people=[people[0], *newcomers])
    assert {each.status for each in again.group} == {Status.WAITLISTED}


def test_add_group__a_lost_answer_counts_once(dynamodb: Any, table: str, clock: StoppedClock) -> None:
    """The table forgot its token, so that only the idempotency record says that the group was stored."""
    call = FaultyCall(sdk_call(dynamodb), keep_tokens=False)
    repository = ManagedDynamoRepository(patient_table(call, table), clock=clock, randomness=CountedRandomness(table))
    repository.make_quotas("course", {"a": 3})
    call.faults[:] = [Fault.THROTTLED, Fault.CONFLICT, Fault.LOST]
    receipt = store(repository, a_family("a", "a", "a", "a"))
    assert not receipt.repeated
    assert outcomes(receipt)[2:] == [("confirmed", None), ("waitlisted", 1)]
    assert (state(repository, "a").taken, state(repository, "a").tickets) == (3, 1)


def test_add_group__on_the_last_seats__none_lost_none_sold_twice(
    table_repository: ManagedDynamoRepository,
) -> None:
    """Families and single people at once: every seat is taken, and tickets are consecutive."""
    table_repository.make_quotas("course", {"a": 7})

    def send(number: int) -> None:
        if number % 3:
            store(table_repository, a_family(*["a"] * (1 + number % 4)))
        else:
            put(table_repository, an_entry(), capacity=7)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(send, range(12)))
    after = state(table_repository, "a")
    people = sum(1 + number % 4 if number % 3 else 1 for number in range(12))
    assert (after.taken, after.waiting) == (7, people - 7)
    assert len(table_repository.waiting("course", "a")) == people - 7
