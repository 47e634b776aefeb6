"""`rollcall doctor --deep`: what doesn't agree in a table is found, repaired, and then agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from contract.damaged_table import FORM, QUOTA, Books, books_of

from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing, Ring
from registration_core.domain.mail import MailState
from registration_core.domain.openings import Override
from registration_core.domain.webhooks import Delivery, WebhookEvent

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def books(tmp_path: Path, dynamodb: Any, table: str) -> Books:
    """Return the books of an empty table."""
    return books_of(tmp_path, dynamodb, table)


def test_check__finds_a_sound_table_clean(books: Books) -> None:
    """Whatever registrants, staff and mails do: every status, a waiting list, a repeat, every state of a mail."""
    robin, kim, *_ = [books.register(name) for name in ("robin", "kim", "ada", "bo")]
    books.register("robin", key="again")
    books.register("robin", "b")
    books.staff.cancel(robin.id, by="staff")
    books.staff.erase(kim.id, by="registrant")
    books.register("kim")
    books.staff.mark_spam(books.register("eir", "b").id, by="staff")
    for state in MailState:
        books.mail(books.get(robin.id), state)
    gone = books.register("dag", "b")
    books.mail(gone, MailState.BOUNCED)
    books.staff.erase(gone.id, by="registrant")
    books.mail(books.get(gone.id), MailState.SENT)
    for each in (robin, liv := books.register("liv", "b")):
        books.notes.add(each.id, "Called", by="staff", note_id="1")
    books.attendance.check_in(liv.id, by="staff")
    books.attendance.undo(liv.id, by="staff")
    books.webhooks.take(
        Delivery(FORM.name, "crm", robin.id, WebhookEvent.CONFIRMED, 1), holder="one", until=robin.expires_at
    )
    books.webhooks.turn_off(FORM.name, "crm")
    books.repository.override(FORM.name, "a", Override(open=False, by="staff", at=robin.expires_at))

    assert books.check() == (0, [])


def test_check__finds_families_clean(books: Books) -> None:
    """Also if some of them are registered already, cancelled or erased, or wait."""
    together = books.register_family("una", "vera", "wil")
    books.register_family("una", "xeno")
    books.staff.cancel(together.group[1].id, by="registrant")
    books.staff.erase(together.group[0].id, by="registrant")

    assert books.check() == (0, [])


def test_check__counts_the_seats_again(books: Books) -> None:
    """A quota that counts other seats than are held is found, shown, repaired on request, and right afterwards."""
    for name in ("robin", "kim", "ada"):
        books.register(name)
    books.set(QUOTA, taken=0)

    says = f"{FORM.name}, a: the quota counts 0 seats taken, and 2 seats are held."
    found = (1, [("quotas", "failure", f"{says} --repair would count 2 seats taken.")])
    assert books.check() == found
    assert books.check("--repair", "--dry-run") == found
    assert books.check("--repair", "--yes") == (0, [("quotas", "repaired", f"{says} Done: count 2 seats taken.")])
    assert books.check() == (0, [])
    assert books.repository.quotas(FORM.name, ["a"])["a"].taken == 2


def without_seat(books: Books) -> None:
    books.drop(keys.seat_key(FORM.name, "a", books.register("robin").id))
    books.set(QUOTA, taken=0)


def seat_of_nobody(books: Books) -> None:
    robin = books.register("robin")
    books.set(books.own(robin, "SUB"), option="b")


def seat_of_a_cancelled(books: Books) -> None:
    robin = books.register("robin")
    books.staff.cancel(robin.id, by="staff")
    books.table.put({"pk": QUOTA[0], "sk": f"SEAT#{robin.id}", "submission": robin.id})
    books.set(QUOTA, taken=1)


def seat_of_a_lost(books: Books) -> None:
    robin = books.register("robin")
    for item in books.items(f"SUB#{robin.id}"):
        books.drop(item)


def without_ticket(books: Books) -> None:
    *_, ada = [books.register(name) for name in ("robin", "kim", "ada")]
    books.drop(keys.wait_key(FORM.name, "a", ada.position or 0))


def ticket_of_another(books: Books) -> None:
    """Both Regions drew the same ticket."""
    *_, ada, bo = [books.register(name) for name in ("robin", "kim", "ada", "bo")]
    books.set(books.own(bo, "SUB"), position=ada.position)
    books.drop(keys.wait_key(FORM.name, "a", bo.position or 0))
    books.set(QUOTA, tickets=1)


def departed_ticket(books: Books) -> None:
    *_, ada = [books.register(name) for name in ("robin", "kim", "ada")]
    books.set(QUOTA, departed=1, gone=frozenset({ada.position}))


def ticket_of_a_confirmed(books: Books) -> None:
    robin = books.register("robin")
    books.set(books.own(robin, "SUB"), position=7)


def leftover_ticket(books: Books) -> None:
    *_, ada = [books.register(name) for name in ("robin", "kim", "ada")]
    books.staff.cancel(ada.id, by="staff")
    place = keys.wait_key(FORM.name, "a", ada.position or 0)
    books.table.put(items.plain_item(place, submission=ada.id, expires_at=items.seconds(ada.expires_at)))
    books.set(QUOTA, departed=0, gone=None)


def without_quota(books: Books) -> None:
    books.register("robin")
    books.drop(QUOTA)


def without_guard(books: Books) -> None:
    robin = books.register("robin")
    (guard,) = books.own(robin, "SUB")["guards"]
    books.drop((guard, "ONCE"))


def guard_forgotten(books: Books) -> None:
    books.register("robin")
    ring = GuardKeyRing(books.table)
    ring.write(Ring(("ab" * 32,)), instead_of=ring.read())


def guard_left_over(books: Books) -> None:
    robin = books.register("robin")
    (guard,) = books.own(robin, "SUB")["guards"]
    books.staff.cancel(robin.id, by="staff")
    books.table.put({**items.guard_item(guard, robin)})


def guard_that_expires(books: Books) -> None:
    robin = books.register("robin")
    (guard,) = books.own(robin, "SUB")["guards"]
    books.set((guard, "ONCE"), expires_at=items.seconds(robin.expires_at) - 60)


def without_reference(books: Books) -> None:
    books.drop(keys.reference_key(books.register("robin").reference))


def without_beginning(books: Books) -> None:
    books.drop(books.own(books.register("robin"), "EVENT#"))


def without_a_change(books: Books) -> None:
    robin = books.register("robin")
    books.staff.cancel(robin.id, by="staff")
    books.drop(next(item for item in books.items(f"SUB#{robin.id}", "EVENT#") if item["what"] == "cancelled"))


def newer_history(books: Books) -> None:
    """The submission's item is of the other Region, which knew nothing of the cancellation."""
    robin = books.register("robin")
    before = books.own(robin, "SUB")
    seat = keys.seat_key(FORM.name, "a", robin.id)
    books.staff.cancel(robin.id, by="staff")
    books.table.put(before)
    books.table.put(items.plain_item(seat, submission=robin.id))
    books.set(QUOTA, taken=1)
    books.table.put(items.guard_item(before["guards"][0], robin))


def two_changes_at_once(books: Books) -> None:
    robin = books.register("robin")
    books.staff.verify(robin.id, by="staff")
    books.staff.cancel(robin.id, by="staff")
    event = books.items(f"SUB#{robin.id}", "EVENT#")[-1]
    other = event["event"][:-1] + ("0" if event["event"][-1] != "0" else "1")
    books.table.put(event | {"sk": f"EVENT#{other}", "event": other, "topic_id": other, "what": "edited name"})


def another_status(books: Books) -> None:
    robin = books.register("robin")
    books.set(books.own(robin, "EVENT#"), status="pending")


def wrong_month(books: Books) -> None:
    books.set(books.own(books.register("robin"), "SUB"), month="course#1999-01")


def without_address_key(books: Books) -> None:
    books.set(books.own(books.register("robin"), "SUB"), email_key=None)


def event_out_of_the_journal(books: Books) -> None:
    books.set(books.own(books.register("robin"), "EVENT#"), topic=None)


def event_that_never_expires(books: Books) -> None:
    books.set(books.own(books.register("robin"), "EVENT#"), expires_at=None)


def erased_with_an_address(books: Books) -> None:
    robin = books.register("robin")
    books.staff.erase(robin.id, by="staff")
    books.set(books.own(robin, "SUB"), email="robin@example.org", answers={"name": "robin"})


def erased_with_a_bounce(books: Books) -> None:
    robin = books.register("robin")
    books.staff.erase(robin.id, by="staff")
    books.set(books.own(robin, "EVENT#"), note="robin@example.org")


def erased_without_ledger(books: Books) -> None:
    robin = books.register("robin")
    books.staff.erase(robin.id, by="staff")
    books.drop(keys.erased_key(robin.id, SystemClock().now()))


def unerased(books: Books) -> None:
    """The ledger came from the Region that erased, and the submission from the other one."""
    robin = books.register("robin")
    books.table.put(items.erased_item(robin, SystemClock().now()))


def mail_of_nobody(books: Books) -> None:
    books.table.put({"pk": "SUB#crs_01JD9Z3V8Q4X2M7N5R6T1WKBCE", "sk": "MAIL#confirmed#1", "expires_at": 9_999_999_999})


REPAIRABLE = (
    (without_seat, "seats", "no seat of a is counted. count its seat"),
    (seat_of_a_cancelled, "seats", "which is cancelled and has none here. free up the seat"),
    (ticket_of_another, "waiting list", "give it the next ticket, 2"),
    (departed_ticket, "waiting list", "the quota says that it departed. count 1 ticket drawn and 0 departed"),
    (without_quota, "quotas", "has no quota. make the quota with the form's capacity of 2"),
    (without_guard, "guards", "it has no guard"),
    (guard_left_over, "guards", "a guard names"),
    (without_reference, "references", "its reference leads nowhere. write the reference again"),
    (without_beginning, "history", "lacks the line of version 1"),
    (newer_history, "history", "knows version 2, and the submission is at 1"),
    (wrong_month, "indexes", "because month is wrong"),
    (event_that_never_expires, "expiry", "expire before it, or never"),
    (erased_with_an_address, "erasures", "it is erased and still has answers, email"),
    (erased_without_ledger, "erasures", "the ledger of erasures doesn't know it"),
    (unerased, "erasures", "the ledger says that it was erased, and it is confirmed. erase it again"),
    (mail_of_nobody, "orphans", "the submission is gone and left 1 note about its mails behind. remove the notes"),
)
ALSO = (
    (seat_of_nobody, "seats", "has none here. free up the seat"),
    (seat_of_a_lost, "seats", "which doesn't exist and has none here. free up the seat"),
    (without_ticket, "waiting list", "ticket 1 is not on the waiting list. put ticket 1 back"),
    (ticket_of_a_confirmed, "waiting list", "has ticket 7. remove the ticket"),
    (leftover_ticket, "waiting list", "has none here. remove the ticket 1"),
    (guard_forgotten, "guards", "its guard has a forgotten key"),
    (guard_that_expires, "guards", "its guard expires before it. keep it as long"),
    (without_a_change, "history", "lacks the line of version 2"),
    (two_changes_at_once, "history", "two changes at the same moment made version"),
    (another_status, "history", "ends with pending, and the submission is confirmed"),
    (without_address_key, "indexes", "because email_key is wrong"),
    (event_out_of_the_journal, "indexes", "miss 1 of its lines"),
    (erased_with_a_bounce, "erasures", "still have more than they may"),
)
"""More of the same kinds, for `make test-full`."""


@pytest.mark.parametrize(
    ("damage", "invariant", "says"),
    [
        *(pytest.param(*each, id=each[0].__name__) for each in REPAIRABLE),
        *(pytest.param(*each, id=each[0].__name__, marks=pytest.mark.full) for each in ALSO),
    ],
)
def test_repair(books: Books, damage: Callable[[Books], None], invariant: str, says: str) -> None:
    """Each damage is found and repaired, and the repaired table is clean."""
    damage(books)
    assert invariant in {check for check, _ in books.problems()}

    repaired = books.problems(repair=True)

    assert any(says in line for _, line in repaired), repaired
    assert books.problems() == []
