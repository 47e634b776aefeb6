"""What every repository promises about tickets, capacities, deadlines and erasures."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.entries import AGE, ONCE, an_entry, cancel, change, put, state
from contract.fakes import START, StoppedClock

from registration_core.domain.errors import QuotaNotFoundError, SubmissionChangedError, SubmissionNotFoundError
from registration_core.domain.quota import PublicSeats, QuotaState
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from registration_core.domain.ports import ManagedRepository


def test_take_ticket__gives_none_while_seats_are_free(repository: ManagedRepository) -> None:
    with pytest.raises(QuotaNotFoundError):
        repository.take_ticket("course", "a", holder="one")
    repository.make_quotas("course", {"a": 1})
    assert repository.take_ticket("course", "a", holder="one") is None
    repository.set_capacity("course", "a", 0)
    assert [repository.take_ticket("course", "a", holder=holder) for holder in ("one", "one", "two")] == [1, 1, 2]


def test_next_waiting__is_the_lowest_ticket(repository: ManagedRepository) -> None:
    """Nobody overtakes a ticket whose submission is still being written."""
    repository.make_quotas("course", {"a": 0})
    on_its_way = repository.take_ticket("course", "a", holder="slow")
    second, third = (put(repository, an_entry()) for _ in range(2))
    assert (on_its_way, second.position, third.position) == (1, 2, 3)
    assert repository.next_waiting("course", "a") is None
    repository.settle_ticket("course", "a", 1)
    assert repository.next_waiting("course", "a") == second.id
    cancel(repository, second.id)
    assert repository.next_waiting("course", "a") == third.id


def test_settle_ticket__counts_once_and_only_unused_tickets(repository: ManagedRepository) -> None:
    repository.make_quotas("course", {"a": 0})
    repository.take_ticket("course", "a", holder="slow")
    waiting = put(repository, an_entry())
    for ticket in (1, 1, 2, 3):
        repository.settle_ticket("course", "a", ticket)
    assert (state(repository).tickets, state(repository).departed) == (2, 1)
    assert repository.next_waiting("course", "a") == waiting.id


def test_settle_ticket__blocks_an_entry_that_arrives_too_late(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam)
    repository.make_quotas("course", {"a": 0})
    ticket = repository.take_ticket("course", "a", holder="slow")
    repository.settle_ticket("course", "a", 1)
    with pytest.raises(SubmissionChangedError):
        change(repository, spam.id, status=Status.WAITLISTED, position=ticket)
    assert repository.get(spam.id) == spam


def test_abandoned_tickets__are_old_and_without_a_submission(
    repository: ManagedRepository, clock: StoppedClock
) -> None:
    repository.make_quotas("course", {"a": 0})
    repository.take_ticket("course", "a", holder="one")
    left = put(repository, an_entry())
    put(repository, an_entry())
    cancel(repository, left.id)
    assert repository.abandoned_tickets("course", "a", age=AGE) == []
    clock.forward(minutes=1)
    repository.take_ticket("course", "a", holder="two")
    repository.abandoned_tickets("course", "a", age=AGE)
    clock.forward(minutes=2)
    assert list(repository.abandoned_tickets("course", "a", age=AGE)) == [1, 4]
    repository.settle_ticket("course", "a", 1)
    repository.settle_ticket("course", "a", 4)
    clock.forward(minutes=2)
    assert repository.abandoned_tickets("course", "a", age=AGE) == []
    assert state(repository).waiting == 1


def test_abandoned_tickets__are_found_while_others_keep_coming(
    repository: ManagedRepository, clock: StoppedClock
) -> None:
    repository.make_quotas("course", {"a": 0})
    repository.take_ticket("course", "a", holder="one")
    repository.abandoned_tickets("course", "a", age=AGE)
    for holder in ("two", "three"):
        clock.forward(minutes=1, seconds=30)
        repository.take_ticket("course", "a", holder=holder)
    abandoned = repository.abandoned_tickets("course", "a", age=AGE)
    assert abandoned
    assert 3 not in abandoned


def test_abandoned_tickets__include_those_of_expired_submissions(
    repository: ManagedRepository, clock: StoppedClock
) -> None:
    put(repository, an_entry(), capacity=0)
    clock.forward(days=31)
    assert repository.next_waiting("course", "a") is None
    assert list(repository.abandoned_tickets("course", "a", age=AGE)) == [1]
    repository.settle_ticket("course", "a", 1)
    assert state(repository).waiting == 0


def test_set_capacity__takes_no_seat_away(repository: ManagedRepository) -> None:
    with pytest.raises(QuotaNotFoundError):
        repository.set_capacity("course", "a", 1)
    for _ in range(2):
        put(repository, an_entry())
    assert repository.set_capacity("course", "a", 1) == QuotaState("course", "a", capacity=1, taken=2)
    assert put(repository, an_entry()).status is Status.WAITLISTED


@pytest.mark.parametrize("full", [False, True])
def test_add__answers_a_repeat_like_a_new_submission(repository: ManagedRepository, *, full: bool) -> None:
    """In a full course a repeat uses up a ticket, so the next ticket's number reveals nothing."""
    put(repository, an_entry(), capacity=9, once=ONCE)
    if full:
        repository.set_capacity("course", "a", 0)
    answers = [put(repository, an_entry(), once=once) for once in (None, ONCE, ONCE, None)]
    assert {answer.status for answer in answers} == {Status.WAITLISTED if full else Status.CONFIRMED}
    assert [answer.position for answer in answers] == ([1, 2, 3, 4] if full else [None] * 4)
    assert [answer.repeated for answer in answers] == [False, True, True, False]
    assert state(repository).taken == (1 if full else 3)


def test_unheld_tickets__are_settled_and_delay_nobody(repository: ManagedRepository, clock: StoppedClock) -> None:
    """The next in line gets the seat once the sweep has counted the unheld ticket as departed."""
    seated = put(repository, an_entry(), capacity=1, once=ONCE)
    burnt, waiting = put(repository, an_entry(), once=ONCE), put(repository, an_entry())
    assert (burnt.position, waiting.position, state(repository).waiting) == (1, 2, 2)
    cancel(repository, seated.id)
    assert repository.next_waiting("course", "a") is None
    clock.forward(minutes=2)
    assert list(repository.abandoned_tickets("course", "a", age=AGE)) == [1]
    repository.settle_ticket("course", "a", 1)
    assert repository.next_waiting("course", "a") == waiting.id
    assert state(repository).waiting == 1


def test_show_seats__is_stored_beside_the_counts(repository: ManagedRepository) -> None:
    """The published seats stay the same, whatever happens to the counts."""
    with pytest.raises(QuotaNotFoundError):
        repository.show_seats("course", "a", PublicSeats.FEW)
    put(repository, an_entry(), capacity=5)
    assert state(repository).shown is None
    repository.show_seats("course", "a", PublicSeats.PLENTY)
    put(repository, an_entry())
    assert (state(repository).shown, state(repository).public_seats) == (PublicSeats.PLENTY, PublicSeats.FEW)


def test_rank__counts_those_ahead(repository: ManagedRepository) -> None:
    waiting = [put(repository, an_entry(), capacity=0) for _ in range(3)]
    assert [repository.rank("course", "a", receipt.position or 0) for receipt in waiting] == [1, 2, 3]
    cancel(repository, waiting[0].id)
    assert [repository.rank("course", "a", receipt.position or 0) for receipt in waiting[1:]] == [1, 2]


def test_overdue__finds_unverified_submissions(repository: ManagedRepository, clock: StoppedClock) -> None:
    verified, counted = an_entry(Status.PENDING), an_entry(Status.PENDING)
    uncounted = an_entry(Status.PENDING, option=None)
    for entry in (verified, counted, uncounted):
        put(repository, entry)
    change(repository, verified.id, status=Status.CONFIRMED, verify_by=None, verified_at=START)
    clock.forward(hours=47)
    assert list(repository.overdue("course", ["a"], since=START - timedelta(days=1))) == []
    clock.forward(hours=1)
    assert set(repository.overdue("course", ["a"], since=START - timedelta(days=1))) == {counted.id, uncounted.id}
    assert set(repository.overdue("course", ["a"], since=START + timedelta(days=1))) == {counted.id}


def test_erase__leaves_nothing_personal_and_frees_the_seat(repository: ManagedRepository, clock: StoppedClock) -> None:
    entry = an_entry()
    put(repository, entry, once=ONCE, key="same-answers")
    put(repository, an_entry(), once=ONCE)
    clock.forward(minutes=1)
    erased = repository.erase(repository.get(entry.id), by="registrant")
    assert erased == repository.get(entry.id)
    assert (erased.status, erased.answers, erased.email, erased.version) == (Status.ERASED, {}, "", 2)
    assert repository.by_email("asa@example.org", limit=9) == ()
    assert repository.list("course", since=START, limit=9).submissions == ()
    assert [event.what for event in repository.details(entry.id).events] == ["submitted", "erased"]
    assert state(repository).taken == 0
    assert list(repository.erased(since=clock.now())) == [entry.id]
    assert not put(repository, an_entry(), once=ONCE, key="same-answers").repeated


def test_erase__is_safe_to_repeat(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    erased = repository.erase(entry, by="registrant")
    assert repository.erase(erased, by="staff") == erased
    assert state(repository).taken == 0
    with pytest.raises(SubmissionChangedError):
        repository.erase(entry, by="registrant")
    with pytest.raises(SubmissionNotFoundError):
        repository.erase(an_entry(), by="staff")


def test_erased__reaches_back_over_months(repository: ManagedRepository, clock: StoppedClock) -> None:
    ids = []
    for days in (0, 40, 40):
        entry = an_entry(expires_at=START + timedelta(days=300))
        put(repository, entry, capacity=9)
        clock.forward(days=days)
        ids.append(repository.erase(entry, by="staff").id)
    assert list(repository.erased(since=START)) == ids
    assert list(repository.erased(since=clock.now())) == ids[2:]
