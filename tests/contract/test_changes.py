"""What every repository promises staff: seats, changes and guards."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.entries import AGE, ONCE, RANDOMNESS, an_entry, cancel, change, promote, put, seating, state
from contract.fakes import START

from registration_core.adapters.dynamodb import items
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table, wire_item
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    NoSeatError,
    QuotaChangedError,
    QuotaNotFoundError,
    SubmissionChangedError,
)
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.quota import QuotaState
from registration_core.domain.submission import Event, Idempotency, Once, Status

if TYPE_CHECKING:
    from contract.fakes import StoppedClock

    from registration_core.domain.ports import ManagedRepository


def test_add__gives_seats_then_tickets(repository: ManagedRepository) -> None:
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


def test_add__lets_a_pending_submission_hold_a_seat(
    repository: ManagedRepository,
) -> None:
    """A submission on the waiting list has nothing to verify."""
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


def test_add__gives_spam_no_seat_ticket_or_guard(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam, once=ONCE)
    assert repository.quotas("course", ["a"]) == {}
    assert not put(repository, an_entry(), once=ONCE).repeated
    assert repository.get(spam.id) == spam


def test_add__answers_a_repeat_like_a_new_submission_when_full(
    repository: ManagedRepository, clock: StoppedClock
) -> None:
    """Nobody holds the ticket that it draws, so the sweep counts it as departed (docs/decisions/0038)."""
    first = an_entry()
    put(repository, first, once=ONCE, capacity=1)
    again = put(repository, an_entry(), once=ONCE, capacity=1)
    assert (again.status, again.position, again.repeated) == (Status.WAITLISTED, 1, True)
    assert repository.by_reference(again.reference) == first
    assert state(repository) == QuotaState("course", "a", capacity=1, taken=1, tickets=1)
    assert list(repository.waiting("course", "a")) == []

    clock.forward(minutes=3)
    assert repository.abandoned_tickets("course", "a", age=AGE) == [1]
    repository.settle_ticket("course", "a", 1)
    assert state(repository).waiting == 0


def test_add__repeats_the_first_ticket(repository: ManagedRepository) -> None:
    put(repository, an_entry(), capacity=1)
    first = put(repository, an_entry(), capacity=1, key="k")
    again = put(repository, an_entry(), capacity=1, key="k")
    assert again == replace(first, repeated=True)
    assert (state(repository).tickets, state(repository).waiting) == (1, 1)


def test_quotas__omit_options_without_a_quota(repository: ManagedRepository) -> None:
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


def test_change__refuses_a_stale_version(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    cancel(repository, entry.id)
    with pytest.raises(SubmissionChangedError):
        repository.change(entry, replace(entry, version=2, status=Status.SPAM), what="?", by="staff")
    assert repository.get(entry.id).status is Status.CANCELLED
    assert state(repository).taken == 0


def test_change__promotes_only_when_a_seat_is_free(repository: ManagedRepository) -> None:
    seated, waiting = (put(repository, an_entry(), capacity=1) for _ in range(2))
    with pytest.raises(NoSeatError):
        promote(repository, waiting.id)
    assert repository.get(waiting.id).position == 1
    cancel(repository, seated.id)
    promoted = promote(repository, waiting.id)
    assert repository.get(waiting.id) == promoted
    assert state(repository) == QuotaState("course", "a", capacity=1, taken=1, tickets=1, departed=1)
    assert repository.next_waiting("course", "a") is None


def test_change__gives_no_seat_ahead_of_the_waiting_list(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam)
    with pytest.raises(QuotaNotFoundError):
        change(repository, spam.id, status=Status.CONFIRMED)
    seated, _ = (put(repository, an_entry(), capacity=1) for _ in range(2))
    cancel(repository, seated.id)
    with pytest.raises(NoSeatError):
        change(repository, spam.id, status=Status.CONFIRMED)
    assert repository.get(spam.id) == spam


def test_cancel__lets_the_same_person_register_again(repository: ManagedRepository) -> None:
    """The same answers may come back as well."""
    first = an_entry()
    put(repository, first, once=ONCE, key="same-answers")
    cancel(repository, first.id)
    second = put(repository, an_entry(), once=ONCE, key="same-answers")
    assert (second.repeated, second.id == first.id) == (False, False)
    assert put(repository, an_entry(), once=ONCE).repeated


def test_genuine__stops_a_second_submission_for_the_same_person(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam, once=ONCE)
    repository.make_quotas("course", {"a": 2})
    change(repository, spam.id, status=Status.CONFIRMED)
    again = put(repository, an_entry(), once=ONCE)
    assert again.repeated
    assert repository.by_reference(again.reference).id == spam.id


def test_genuine__leaves_the_option_to_a_later_submission(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM)
    put(repository, spam, once=ONCE)
    other = an_entry()
    put(repository, other, once=ONCE)
    change(repository, spam.id, status=Status.CONFIRMED)
    cancel(repository, spam.id)
    assert repository.by_reference(put(repository, an_entry(), once=ONCE).reference) == other


def test_change__keeps_reference_and_history_like_the_entry(repository: ManagedRepository, clock: StoppedClock) -> None:
    spam = an_entry(Status.SPAM, option=None)
    put(repository, spam)
    change(repository, spam.id, status=Status.CONFIRMED, expires_at=spam.expires_at + timedelta(days=300))
    clock.forward(days=100)
    assert repository.by_reference(spam.reference).id == spam.id
    assert len(repository.details(spam.id).events) == 2


OTHER = Once("a", "e" * 64)


def test_change__moves_a_seat_to_another_option(repository: ManagedRepository) -> None:
    entry, waiting = an_entry(), an_entry()
    put(repository, entry, capacity=1)
    put(repository, waiting, capacity=1)
    repository.make_quotas("course", {"b": 1})
    change(repository, entry.id, option="b")
    quotas = repository.quotas("course", ["a", "b"])
    assert (quotas["a"].taken, quotas["a"].waiting, quotas["b"].taken) == (0, 1, 1)
    assert repository.get(entry.id).option == "b"
    cancel(repository, entry.id)
    assert repository.quotas("course", ["b"])["b"].taken == 0


def test_change__moves_nobody_into_a_full_option(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    with pytest.raises(QuotaNotFoundError):
        change(repository, entry.id, option="b")
    repository.make_quotas("course", {"b": 0})
    with pytest.raises(NoSeatError):
        change(repository, entry.id, option="b")
    assert repository.get(entry.id) == entry
    assert state(repository).taken == 1


def test_change__moves_a_ticket_to_another_option(repository: ManagedRepository) -> None:
    for _ in range(2):
        put(repository, an_entry(), capacity=2)
    waiting = put(repository, an_entry(), capacity=2)
    repository.make_quotas("course", {"b": 0})
    assert repository.take_ticket("course", "b", holder="x") == 1
    change(repository, waiting.id, option="b", position=1)
    assert (list(repository.waiting("course", "a")), list(repository.waiting("course", "b"))) == ([], [waiting.id])
    assert (state(repository).waiting, repository.quotas("course", ["b"])["b"].waiting) == (0, 1)
    repository.set_capacity("course", "b", 1)
    promote(repository, waiting.id)
    assert repository.quotas("course", ["b"])["b"] == QuotaState("course", "b", 1, taken=1, tickets=1, departed=1)


def test_change__lets_a_submission_leave_every_counted_option(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    assert change(repository, entry.id, option=None).option is None
    assert state(repository).taken == 0
    change(repository, entry.id, option="a")
    assert state(repository).taken == 1


def test_change__lets_a_submission_stand_for_another_person(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry, once=ONCE, key="same-answers")
    before = repository.get(entry.id)
    after = replace(before, version=2, email="new@example.org")
    repository.change(before, after, what="edited email", by="staff", once=OTHER)
    assert repository.known("course", once=OTHER, key="none") == entry.id
    assert repository.known("course", once=OTHER) == entry.id
    assert repository.known("course", once=ONCE, key="none") is None
    assert repository.known("course", once=None, key="same-answers") == entry.id
    assert [entry_found.id for entry_found in repository.by_email("NEW@example.org", limit=5)] == [entry.id]
    assert repository.by_email("asa@example.org", limit=5) == ()
    cancel(repository, entry.id)
    assert repository.known("course", once=OTHER, key="same-answers") is None


def test_change__refuses_a_person_who_has_a_submission(repository: ManagedRepository) -> None:
    first, second = an_entry(), an_entry()
    put(repository, first, once=ONCE)
    put(repository, second, once=OTHER)
    with pytest.raises(AlreadyRegisteredError) as raised:
        repository.change(second, replace(second, version=2), what="edited email", by="staff", once=ONCE)
    assert raised.value.first == first.id
    assert repository.get(second.id) == second
    assert repository.known("course", once=OTHER, key="none") == second.id


def test_change__lets_spam_stand_for_a_new_person_once_genuine(repository: ManagedRepository) -> None:
    spam = an_entry(Status.SPAM, option=None)
    put(repository, spam, once=ONCE)
    repository.change(spam, replace(spam, version=2), what="edited email", by="staff", once=OTHER)
    assert repository.known("course", once=OTHER, key="none") is None
    change(repository, spam.id, status=Status.CONFIRMED)
    assert repository.known("course", once=OTHER, key="none") == spam.id
    assert repository.known("course", once=ONCE, key="none") is None


def test_change__to_spam_frees_the_seat_and_the_guard(repository: ManagedRepository) -> None:
    """If nobody else has registered as that person since, the submission gets its guard back once it is genuine."""
    entry = an_entry()
    put(repository, entry, once=ONCE, key="same-answers")
    change(repository, entry.id, "marked spam", status=Status.SPAM)
    assert (state(repository).taken, repository.known("course", once=ONCE)) == (0, None)
    assert repository.known("course", once=None, key="same-answers") == entry.id

    change(repository, entry.id, "marked genuine", status=Status.CONFIRMED)
    assert (state(repository).taken, repository.known("course", once=ONCE)) == (1, entry.id)

    change(repository, entry.id, "marked spam", status=Status.SPAM)
    second = an_entry()
    assert not put(repository, second, once=ONCE).repeated
    change(repository, entry.id, "marked genuine", status=Status.CONFIRMED)
    assert repository.known("course", once=ONCE) == second.id


def test_change__restores_a_cancelled_submission(repository: ManagedRepository) -> None:
    """It takes a seat and a guard again, unless the person has another submission by now."""
    entry = an_entry()
    put(repository, entry, once=ONCE)
    before = cancel(repository, entry.id)
    after = replace(before, status=Status.CONFIRMED, version=before.version + 1)
    repository.change(before, after, what="restored", by="staff", once=ONCE)
    assert (state(repository).taken, repository.known("course", once=ONCE)) == (1, entry.id)

    before = cancel(repository, entry.id)
    second = an_entry()
    put(repository, second, once=ONCE)
    after = replace(before, status=Status.CONFIRMED, version=before.version + 1)
    with pytest.raises(AlreadyRegisteredError) as raised:
        repository.change(before, after, what="restored", by="staff", once=ONCE)
    assert (raised.value.first, state(repository).taken) == (second.id, 1)


def test_spam__edited_to_the_same_person_has_the_guard(repository: ManagedRepository) -> None:
    """Whether the person is named again or not, there is one guard."""
    spam = an_entry(Status.SPAM)
    put(repository, spam, once=ONCE)
    repository.make_quotas("course", {"a": 2})
    genuine = replace(spam, status=Status.CONFIRMED, version=2)

    repository.change(spam, genuine, what="marked genuine", by="staff", once=ONCE)

    assert repository.get(spam.id) == genuine
    assert repository.known("course", once=ONCE, key="none") == spam.id


def test_spam__cannot_take_over_a_person_with_another_submission(repository: ManagedRepository) -> None:
    """Somebody who got no mail and registered again keeps that submission, and the other one is unchanged."""
    spam = an_entry(Status.SPAM)
    put(repository, spam, once=ONCE)
    second = an_entry()
    assert not put(repository, second, once=ONCE).repeated

    with pytest.raises(AlreadyRegisteredError) as raised:
        repository.change(
            spam, replace(spam, status=Status.CONFIRMED, version=2), what="marked genuine", by="staff", once=ONCE
        )

    assert (raised.value.first, state(repository).taken) == (second.id, 1)
    assert repository.get(spam.id) == spam


def test_spam__with_a_long_history__keeps_it_when_genuine(dynamodb: Any, table: str, clock: StoppedClock) -> None:
    """A transaction writes 100 items at most; this submission has more."""
    repository = ManagedDynamoRepository(Table(sdk_call(dynamodb), table), clock=clock)
    spam = an_entry(Status.SPAM, expires_at=START.replace(microsecond=0) + timedelta(days=1))
    put(repository, spam)
    repository.make_quotas("course", {"a": 2})
    lines = [Event(new_ulid(START, RANDOMNESS), START, "edited name", "staff") for _ in range(120)]
    for begin in range(0, len(lines), 25):
        puts = [{"PutRequest": {"Item": wire_item(items.event_item(spam, line))}} for line in lines[begin : begin + 25]]
        dynamodb.batch_write_item(RequestItems={table: puts})
    kept_until = START.replace(microsecond=0) + timedelta(days=30)
    genuine = replace(spam, status=Status.CONFIRMED, version=2, expires_at=kept_until)

    repository.change(spam, genuine, what="marked genuine", by="staff")

    clock.forward(minutes=2 * 24 * 60)
    assert len(repository.details(spam.id).events) == len(lines) + 2
    assert repository.by_reference(spam.reference) == genuine


def test_waiting__lists_the_lowest_ticket_first(repository: ManagedRepository) -> None:
    assert list(repository.waiting("course", "a")) == []
    _, *waiting = [put(repository, an_entry(), capacity=1) for _ in range(4)]
    cancel(repository, waiting[1].id)
    assert list(repository.waiting("course", "a")) == [waiting[0].id, waiting[2].id]


def import_entry(repository: ManagedRepository, key: str, once: Once | None = ONCE) -> tuple[str, bool]:
    entry = an_entry(quiet=True)
    row = Idempotency(f"import-{key}", "same", entry.expires_at, imported=True)
    receipt = seating(repository).add(entry, once=once, idempotency=row, capacity=2, imported_by="kim")
    return receipt.id, receipt.repeated


def test_imported__names_who_did_it_and_is_taken_once(repository: ManagedRepository) -> None:
    first, repeated = import_entry(repository, "row")
    assert (import_entry(repository, "row"), repeated) == ((first, True), False)
    assert repository.get(first).quiet
    assert [(event.what, event.by) for event in repository.details(first).events] == [("imported", "kim")]
    assert repository.known("course", once=None, key="import-row") == first


def test_imported__adds_nothing_for_a_registered_person(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry, once=ONCE)
    assert import_entry(repository, "row") == (entry.id, True)
    assert repository.known("course", once=None, key="import-row") is None
    assert state(repository).taken == 1


def test_imported__row_may_return_after_erasure_only(
    repository: ManagedRepository,
) -> None:
    """A cancelled row is not imported again."""
    first, _ = import_entry(repository, "row")
    cancelled = cancel(repository, first)
    assert import_entry(repository, "row") == (first, True)
    assert repository.known("course", once=ONCE, key="none") is None
    repository.erase(cancelled, by="staff")
    assert repository.known("course", once=ONCE, key="import-row") is None


def test_set_capacity__records_who_and_reports_a_conflict(repository: ManagedRepository, clock: StoppedClock) -> None:
    repository.make_quotas("course", {"a": 2})
    assert repository.set_capacity("course", "a", 3, by="kim", instead_of=2).set_by == "kim"
    clock.forward(minutes=1)
    with pytest.raises(QuotaChangedError, match="kim set the capacity of") as raised:
        repository.set_capacity("course", "a", 4, by="lee", instead_of=2)
    assert (raised.value.now.capacity, raised.value.now.set_at) == (3, clock.now() - timedelta(minutes=1))
    assert state(repository).capacity == 3
    with pytest.raises(QuotaNotFoundError):
        repository.set_capacity("course", "b", 4, instead_of=2)
