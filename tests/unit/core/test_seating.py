"""Seating: a seat if there is one, else a ticket, while others act at the same moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from contract.entries import ONCE, an_entry, seating, state
from contract.fakes import START, CountedRandomness, StoppedClock
from contract.manage_fake import InMemoryManagedRepository

from registration_core.domain.errors import (
    AlreadyRegisteredError,
    KeyReusedError,
    NoSeatError,
    QuotaNotFoundError,
    StorageUnavailableError,
)
from registration_core.domain.identifiers import parse_reference
from registration_core.domain.submission import Idempotency, Status

if TYPE_CHECKING:
    from registration_core.domain.submission import Receipt, Submission


class Crowd(InMemoryManagedRepository):
    """A repository in which others act between two calls. settles: how many drawn tickets the sweep settles first."""

    settles = 0

    def take_ticket(self, form: str, option: str, *, holder: str) -> int | None:
        ticket = super().take_ticket(form, option, holder=holder)
        if ticket is not None and self.settles:
            self.settles -= 1
            self.settle_ticket(form, option, ticket)
        return ticket


@pytest.fixture
def repository() -> Crowd:
    return Crowd(StoppedClock(), CountedRandomness("crowd"))


def add(repository: Crowd, entry: Submission, *, capacity: int | None = 1, key: str | None = None) -> Receipt:
    idempotency = Idempotency(key or entry.id, "same", START + timedelta(days=1))
    return seating(repository).add(entry, once=None, idempotency=idempotency, capacity=capacity)


def test_add__gives_the_free_seats_and_then_tickets(repository: Crowd) -> None:
    receipts = [add(repository, an_entry(), capacity=2) for _ in range(4)]

    assert [(each.status, each.position) for each in receipts] == [
        (Status.CONFIRMED, None), (Status.CONFIRMED, None), (Status.WAITLISTED, 1), (Status.WAITLISTED, 2),
    ]  # fmt: skip


def test_add__replaces_a_settled_ticket(repository: Crowd) -> None:
    """A submission so slow that the sweep gave up on its ticket still joins the waiting list."""
    add(repository, an_entry())
    repository.settles = 2

    assert add(repository, an_entry()).position == 3
    assert state(repository).waiting == 1


def test_add__gives_up_when_every_ticket_is_settled(repository: Crowd) -> None:
    add(repository, an_entry())
    repository.settles = 99

    entry = an_entry()
    with pytest.raises(StorageUnavailableError, match=f'Too many others are changing "{entry.id}"'):
        add(repository, entry)
    assert state(repository).waiting == 0


def test_add__replaces_a_reference_that_is_taken(repository: Crowd) -> None:
    first = an_entry()
    add(repository, first, capacity=9)

    receipt = add(repository, replace(an_entry(), reference=first.reference), capacity=9)

    assert repository.by_reference(first.reference) == first
    assert repository.by_reference(parse_reference(receipt.reference)).id == receipt.id


def test_add__replaces_a_taken_reference_of_a_full_option(repository: Crowd) -> None:
    """The ticket has the new reference, too."""
    first = an_entry()
    add(repository, first)

    receipt = add(repository, replace(an_entry(), reference=first.reference))

    assert receipt.position == 1
    assert repository.by_reference(parse_reference(receipt.reference)).position == 1


def test_add__returns_its_ticket_for_an_answered_key(repository: Crowd) -> None:
    """A request sent twice at the same moment holds one ticket, not two."""
    add(repository, an_entry())
    first = add(repository, an_entry(), key="k")

    slow = an_entry(Status.WAITLISTED, position=repository.take_ticket("course", "a", holder="slow"))
    again = seating(repository).add(slow, once=None, idempotency=Idempotency("k", "same", START + timedelta(days=1)))

    assert (again.id, again.position, again.repeated) == (first.id, 1, True)
    assert state(repository).waiting == 1


def test_add__returns_its_ticket_for_a_reused_key(repository: Crowd) -> None:
    """Other answers under the same key arrived first. The ticket holds up nobody until the sweep."""
    add(repository, an_entry())
    add(repository, an_entry(), key="k")

    slow = an_entry(Status.WAITLISTED, position=repository.take_ticket("course", "a", holder="slow"))
    with pytest.raises(KeyReusedError):
        seating(repository).add(slow, once=None, idempotency=Idempotency("k", "other", START + timedelta(days=1)))

    assert state(repository).waiting == 1


def test_add__without_a_quota_stores_nothing(repository: Crowd) -> None:
    with pytest.raises(QuotaNotFoundError):
        add(repository, an_entry(), capacity=None)
    assert repository.entries == {}


def test_add__of_an_import_returns_the_first_submission(repository: Crowd) -> None:
    """Staff see it as it is, and no ticket is used up."""
    first = an_entry()
    put = seating(repository)
    for entry in (first, an_entry()):
        receipt = put.add(
            entry,
            once=ONCE,
            idempotency=Idempotency(entry.id, entry.id, START + timedelta(days=1)),
            capacity=1,
            imported_by="kim",
        )

    assert (receipt.id, receipt.repeated) == (first.id, True)
    assert state(repository).tickets == 0


def test_add__of_an_import_returns_the_whole_first_receipt(repository: Crowd) -> None:
    """The position on the waiting list, too."""
    add(repository, an_entry())
    kept = Idempotency("kept", "same", START + timedelta(days=1))
    first = seating(repository).add(an_entry(), once=ONCE, idempotency=kept, capacity=1)

    again = Idempotency("again", "same", START + timedelta(days=1))
    receipt = seating(repository).add(an_entry(), once=ONCE, idempotency=again, capacity=1, imported_by="kim")

    assert receipt == replace(first, repeated=True)
    assert receipt.position == 1


def test_add__gives_up_when_the_first_submission_keeps_changing(repository: Crowd) -> None:
    """The sentence names the submission, for whoever reads the log."""
    entry = an_entry()

    def never(*_: object, **__: object) -> Receipt:
        raise AlreadyRegisteredError("another")

    repository.add = never  # type: ignore[method-assign, assignment]
    with pytest.raises(StorageUnavailableError, match=entry.id):
        add(repository, entry)


def test_place__without_waiting_says_that_there_is_no_seat(repository: Crowd) -> None:
    add(repository, an_entry())

    def write(_entry: Submission) -> Submission:
        raise NoSeatError("course", "a")

    with pytest.raises(NoSeatError):
        seating(repository).place(an_entry(), write, may_wait=False)
    assert state(repository).tickets == 0
