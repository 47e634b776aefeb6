"""What every repository promises to those who look after entries and seats."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.fakes import START, CountedRandomness, StoppedClock

from registration_core.domain.errors import EntryChangedError, NoSeatError, QuotaNotFoundError, SubmissionNotFoundError
from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.quota import QuotaState
from registration_core.domain.submission import Idempotency, Once, Receipt, Status, Submission

if TYPE_CHECKING:
    from registration_core.domain.ports import ManagedRepository

RANDOMNESS = CountedRandomness("managing")
ONCE = Once("a", "f" * 64)
AGE = timedelta(minutes=2)


def an_entry(status: Status = Status.CONFIRMED, **changes: object) -> Submission:
    values: dict[str, object] = {
        "id": new_submission_id("crs", START, RANDOMNESS),
        "form": "course",
        "form_version": "0123456789ab",
        "submitted_at": START,
        "answers": {"name": "Åsa", "email": "asa@example.org", "day": "a"},
        "status": status,
        "reference": new_reference(RANDOMNESS),
        "email": "asa@example.org",
        "language": "en",
        "version": 1,
        "expires_at": START.replace(microsecond=0) + timedelta(days=30),
        "option": "a",
        "verify_by": START.replace(microsecond=0) + timedelta(hours=48) if status is Status.PENDING else None,
    }
    return Submission(**(values | changes))  # type: ignore[arg-type]


def put(
    repository: ManagedRepository,
    entry: Submission,
    *,
    capacity: int | None = 2,
    once: Once | None = None,
    key: str | None = None,
) -> Receipt:
    idempotency = Idempotency(key or entry.id, "same", START + timedelta(minutes=10), of_answers=key is not None)
    return repository.add(entry, once=once, idempotency=idempotency, capacity=capacity)


def state(repository: ManagedRepository) -> QuotaState:
    return repository.quotas("course", ["a"])["a"]


def change(repository: ManagedRepository, submission_id: str, what: str = "changed", **changes: object) -> Submission:
    before = repository.get(submission_id)
    after = replace(before, version=before.version + 1, **changes)  # type: ignore[arg-type]
    return repository.change(before, after, what=what, by="staff")


def cancel(repository: ManagedRepository, submission_id: str) -> Submission:
    return change(repository, submission_id, "cancelled", status=Status.CANCELLED, position=None, verify_by=None)


def promote(repository: ManagedRepository, submission_id: str) -> Submission:
    return change(repository, submission_id, "promoted", status=Status.CONFIRMED, position=None)


def test_add__seats_until_the_option_is_full_and_then_gives_tickets(repository: ManagedRepository) -> None:
    receipts = [put(repository, an_entry()) for _ in range(4)]
    assert [(receipt.status, receipt.position) for receipt in receipts] == [
        (Status.CONFIRMED, None),
        (Status.CONFIRMED, None),
        (Status.WAITLISTED, 1),
        (Status.WAITLISTED, 2),
    ]
    assert state(repository) == QuotaState("course", "a", capacity=2, taken=2, tickets=2, departed=0)
    stored = [repository.get(receipt.id) for receipt in receipts]
    assert [(entry.status, entry.position) for entry in stored] == [
        (receipt.status, receipt.position) for receipt in receipts
    ]


def test_add__lets_a_pending_entry_hold_a_seat_and_a_waiting_one_nothing_to_verify(
    repository: ManagedRepository,
) -> None:
    first, second = (an_entry(Status.PENDING) for _ in range(2))
    assert put(repository, first, capacity=1).status is Status.PENDING
    assert put(repository, second, capacity=1).status is Status.WAITLISTED
    assert repository.get(first.id) == first
    assert repository.get(second.id).verify_by is None
    assert state(repository).taken == 1


def test_add__gives_no_seat_while_anybody_waits(repository: ManagedRepository) -> None:
    seated, waiting = (put(repository, an_entry(), capacity=1) for _ in range(2))
    cancel(repository, seated.id)
    assert (state(repository).taken, waiting.position) == (0, 1)
    late = put(repository, an_entry())
    assert (late.status, late.position) == (Status.WAITLISTED, 2)


def test_add__keeps_spam_aside_without_seat_ticket_or_once(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam, once=ONCE)
    assert repository.quotas("course", ["a"]) == {}
    assert not put(repository, an_entry(), once=ONCE).repeated
    assert repository.get(spam.id) == spam


def test_add__answers_a_second_entry_as_a_fresh_one_for_a_full_option(repository: ManagedRepository) -> None:
    first = an_entry()
    put(repository, first, once=ONCE, capacity=1)
    again = put(repository, an_entry(), once=ONCE, capacity=1)
    assert (again.status, again.position, again.repeated) == (Status.WAITLISTED, 1, True)
    assert state(repository) == QuotaState("course", "a", capacity=1, taken=1)
    assert repository.by_reference(again.reference) == first


def test_add__gives_the_first_ticket_again(repository: ManagedRepository) -> None:
    put(repository, an_entry(), capacity=1)
    first = put(repository, an_entry(), capacity=1, key="k")
    again = put(repository, an_entry(), capacity=1, key="k")
    assert again == replace(first, repeated=True)
    assert (state(repository).tickets, state(repository).waiting) == (1, 1)


def test_quotas__leave_out_what_nobody_made(repository: ManagedRepository) -> None:
    repository.make_quotas("course", {"a": 3})
    repository.make_quotas("course", {"a": 9, "b": 1})
    assert repository.quotas("course", ["a", "b", "c"]) == {
        "a": QuotaState("course", "a", 3),
        "b": QuotaState("course", "b", 1),
    }
    assert repository.quotas("course", []) == {}


def test_change__keeps_history_with_status_and_version(repository: ManagedRepository, clock: StoppedClock) -> None:
    entry = an_entry()
    put(repository, entry)
    clock.forward(minutes=1)
    after = cancel(repository, entry.id)
    details = repository.details(entry.id)
    assert details.submission == after
    assert [(event.what, event.by, event.status, event.version) for event in details.events] == [
        ("submitted", "registrant", Status.CONFIRMED, 1),
        ("cancelled", "staff", Status.CANCELLED, 2),
    ]
    assert details.events[1].at == clock.now()


def test_change__refuses_what_was_read_before_another_change(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    cancel(repository, entry.id)
    with pytest.raises(EntryChangedError):
        repository.change(entry, replace(entry, version=2, status=Status.SPAM), what="?", by="staff")
    assert repository.get(entry.id).status is Status.CANCELLED
    assert state(repository).taken == 0


def test_change__gives_a_seat_to_the_waiting_only_when_one_is_free(repository: ManagedRepository) -> None:
    seated, waiting = (put(repository, an_entry(), capacity=1) for _ in range(2))
    with pytest.raises(NoSeatError):
        promote(repository, waiting.id)
    assert repository.get(waiting.id).position == 1
    cancel(repository, seated.id)
    promoted = promote(repository, waiting.id)
    assert repository.get(waiting.id) == promoted
    assert state(repository) == QuotaState("course", "a", capacity=1, taken=1, tickets=1, departed=1)
    assert repository.next_waiting("course", "a") is None


def test_change__lets_nobody_in_before_those_who_wait(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam)
    with pytest.raises(QuotaNotFoundError):
        change(repository, spam.id, status=Status.CONFIRMED)
    seated, _ = (put(repository, an_entry(), capacity=1) for _ in range(2))
    cancel(repository, seated.id)
    with pytest.raises(NoSeatError):
        change(repository, spam.id, status=Status.CONFIRMED)
    assert repository.get(spam.id) == spam


def test_cancelled__lets_the_same_person_and_the_same_answers_come_back(repository: ManagedRepository) -> None:
    first = an_entry()
    put(repository, first, once=ONCE, key="same-answers")
    cancel(repository, first.id)
    second = put(repository, an_entry(), once=ONCE, key="same-answers")
    assert (second.repeated, second.id == first.id) == (False, False)
    assert put(repository, an_entry(), once=ONCE).repeated


def test_genuine__keeps_the_same_person_from_a_second_entry(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam, once=ONCE)
    repository.make_quotas("course", {"a": 2})
    change(repository, spam.id, status=Status.CONFIRMED)
    again = put(repository, an_entry(), once=ONCE)
    assert again.repeated
    assert repository.by_reference(again.reference).id == spam.id


def test_genuine__leaves_the_option_to_an_entry_that_came_meanwhile(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam, once=ONCE)
    other = an_entry()
    put(repository, other, once=ONCE)
    change(repository, spam.id, status=Status.CONFIRMED)
    cancel(repository, spam.id)
    assert repository.by_reference(put(repository, an_entry(), once=ONCE).reference) == other


def test_change__lets_reference_and_history_live_as_long_as_the_entry(
    repository: ManagedRepository, clock: StoppedClock
) -> None:
    spam = an_entry(Status.SPAM, option=None)
    put(repository, spam)
    change(repository, spam.id, status=Status.CONFIRMED, expires_at=spam.expires_at + timedelta(days=300))
    clock.forward(days=100)
    assert repository.by_reference(spam.reference).id == spam.id
    assert len(repository.details(spam.id).events) == 2


def test_take_ticket__gives_none_while_newcomers_get_seats(repository: ManagedRepository) -> None:
    with pytest.raises(QuotaNotFoundError):
        repository.take_ticket("course", "a", holder="one")
    repository.make_quotas("course", {"a": 1})
    assert repository.take_ticket("course", "a", holder="one") is None
    repository.set_capacity("course", "a", 0)
    assert [repository.take_ticket("course", "a", holder=holder) for holder in ("one", "one", "two")] == [1, 1, 2]


def test_next_waiting__is_the_lowest_ticket_and_nobody_overtakes_one_on_its_way(repository: ManagedRepository) -> None:
    repository.make_quotas("course", {"a": 0})
    on_its_way = repository.take_ticket("course", "a", holder="slow")
    second, third = (put(repository, an_entry()) for _ in range(2))
    assert (on_its_way, second.position, third.position) == (1, 2, 3)
    assert repository.next_waiting("course", "a") is None
    repository.settle_ticket("course", "a", 1)
    assert repository.next_waiting("course", "a") == second.id
    cancel(repository, second.id)
    assert repository.next_waiting("course", "a") == third.id


def test_settle_ticket__counts_once_and_never_what_an_entry_holds(repository: ManagedRepository) -> None:
    repository.make_quotas("course", {"a": 0})
    repository.take_ticket("course", "a", holder="slow")
    waiting = put(repository, an_entry())
    for ticket in (1, 1, 2, 3):
        repository.settle_ticket("course", "a", ticket)
    assert (state(repository).tickets, state(repository).departed) == (2, 1)
    assert repository.next_waiting("course", "a") == waiting.id


def test_settle_ticket__leaves_no_place_for_an_entry_that_comes_after_all(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam)
    repository.make_quotas("course", {"a": 0})
    ticket = repository.take_ticket("course", "a", holder="slow")
    repository.settle_ticket("course", "a", 1)
    with pytest.raises(EntryChangedError):
        change(repository, spam.id, status=Status.WAITLISTED, position=ticket)
    assert repository.get(spam.id) == spam


def test_abandoned_tickets__are_old_and_without_an_entry(repository: ManagedRepository, clock: StoppedClock) -> None:
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
    found = repository.abandoned_tickets("course", "a", age=AGE)
    assert found
    assert 3 not in found


def test_abandoned_tickets__include_those_of_entries_whose_time_is_over(
    repository: ManagedRepository, clock: StoppedClock
) -> None:
    put(repository, an_entry(), capacity=0)
    clock.forward(days=31)
    assert repository.next_waiting("course", "a") is None
    assert list(repository.abandoned_tickets("course", "a", age=AGE)) == [1]
    repository.settle_ticket("course", "a", 1)
    assert state(repository).waiting == 0


def test_set_capacity__unseats_nobody(repository: ManagedRepository) -> None:
    with pytest.raises(QuotaNotFoundError):
        repository.set_capacity("course", "a", 1)
    for _ in range(2):
        put(repository, an_entry())
    assert repository.set_capacity("course", "a", 1) == QuotaState("course", "a", capacity=1, taken=2)
    assert put(repository, an_entry()).status is Status.WAITLISTED


def test_rank__counts_those_who_wait_before(repository: ManagedRepository) -> None:
    waiting = [put(repository, an_entry(), capacity=0) for _ in range(3)]
    assert [repository.rank("course", "a", receipt.position or 0) for receipt in waiting] == [1, 2, 3]
    cancel(repository, waiting[0].id)
    assert [repository.rank("course", "a", receipt.position or 0) for receipt in waiting[1:]] == [1, 2]


def test_overdue__finds_what_was_to_be_verified(repository: ManagedRepository, clock: StoppedClock) -> None:
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
    with pytest.raises(EntryChangedError):
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
