"""`rollcall doctor --deep`: what a person has to decide, what is no problem, and how the command behaves."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from contract.damaged_table import FORM, QUOTA, Books, books_of

from admin_cli.errors import ExitCode
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.mail import MailKind, MailRequest
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def books(tmp_path: Path, dynamodb: Any, table: str) -> Books:
    """Return the books of an empty table."""
    return books_of(tmp_path, dynamodb, table)


def oversold(books: Books) -> None:
    """Both Regions gave the last seat away."""
    for name in ("robin", "kim"):
        books.register(name)
    books.set(QUOTA, taken=1)
    books.register("ada")
    books.set(QUOTA, taken=3)


def same_person_twice(books: Books) -> None:
    """Both Regions registered the same person for the same option."""
    robin = books.register("robin")
    for pk in books.own(robin, "SUB")["guards"]:
        books.drop((pk, "ONCE"))
    books.register("robin", key="from the other Region")


def history_without_its_submission(books: Books) -> None:
    books.drop(books.own(books.register("robin"), "SUB"))


def mail_that_waits(books: Books) -> None:
    robin = books.register("robin")
    long_ago = SystemClock().now() - timedelta(days=2)
    books.repository.lease_mail(
        MailRequest(robin.id, MailKind.CONFIRMED, 1), holder="x", until=long_ago, expires_at=robin.expires_at
    )
    mail = books.own(robin, "MAIL#")
    books.set(mail, topic_id=f"{items.ulid_floor(long_ago)}{mail['topic_id'][26:]}")


def ticket_without_number(books: Books) -> None:
    books.register("robin")
    books.table.put({"pk": QUOTA[0], "sk": "WAIT#next", "submission": "x"})


def guard_of_no_option(books: Books) -> None:
    books.table.put({"pk": "ONCE#odd", "sk": "ONCE", "submission": "x", "expires_at": 9_999_999_999})


def unknown_status(books: Books) -> None:
    books.set(books.own(books.register("robin"), "SUB"), status="lost")


def item_of_no_kind(books: Books) -> None:
    books.table.put({"pk": "NOTES#1", "sk": "X"})


def guard_without_expiry(books: Books) -> None:
    books.table.put({"pk": "RATE#abc#x", "sk": "RATE"})


LEFT: tuple[tuple[Callable[[Books], None], str, str], ...] = (
    (oversold, "oversold", "3 seats are held, and the capacity is 2. Raise the capacity with `rollcall quota set`"),
    (same_person_twice, "guards", "only one may stand. Look at both with `rollcall show`"),
    (history_without_its_submission, "orphans", "its history is there, and the submission isn't. Find it in a backup"),
    (mail_that_waits, "mails", "the mail confirmed#1 is sending since"),
    (ticket_without_number, "readable", "QUOTA#course#a: an item can't be read (ValueError: "),
    (guard_of_no_option, "readable", "ONCE#odd: an item can't be read (ValueError: "),
    (unknown_status, "readable", "an item can't be read (ValueError: 'lost' is not a valid Status)"),
    (item_of_no_kind, "orphans", "The item NOTES#1 is of no kind that Rollcall writes"),
    (guard_without_expiry, "expiry", "The item RATE#abc#x never expires"),
)


@pytest.mark.parametrize(("damage", "invariant", "says"), LEFT, ids=[each[0].__name__ for each in LEFT])
def test_left_to_a_person(books: Books, damage: Callable[[Books], None], invariant: str, says: str) -> None:
    """What can't be repaired safely is found with a next step, stays as it is, and keeps the exit code at 1."""
    damage(books)

    code, left = books.check("--repair", "--yes")

    assert code == 1
    assert any((check, health) == (invariant, "failure") and says in line for check, health, line in left), left


def test_oversold__is_not_a_lowered_capacity(books: Books) -> None:
    """Staff may lower a capacity below the seats that are held. A seat given after that is a problem."""
    for name in ("robin", "kim"):
        books.register(name)
    books.staff.set_capacity(FORM.name, "a", 1, by="staff")
    assert books.check() == (0, [])

    books.set(QUOTA, taken=0)
    books.register("ada")
    books.set(QUOTA, taken=3)
    assert [check for check, _, _ in books.check()[1]] == ["oversold"]


def test_oversold__shows_after_the_repair_of_two_merged_tables(books: Books) -> None:
    """Nobody loses a confirmed seat: the seats are counted, and then there are too many."""
    for name in ("robin", "kim"):
        books.register(name)
    books.set(QUOTA, taken=1)
    ada = books.register("ada")
    books.drop(keys.seat_key(FORM.name, "a", ada.id))

    code, lines = books.check("--repair", "--yes")

    assert code == 1
    assert [(check, health) for check, health, _ in lines] == [("seats", "repaired"), ("oversold", "failure")], lines
    assert books.get(ada.id).status is Status.CONFIRMED
    assert books.repository.quotas(FORM.name, ["a"])["a"].taken == 3


def test_check__accepts_seats_that_outlive_their_submissions(books: Books) -> None:
    """An expired submission is deleted with its history and guard, and its seat stays counted."""
    robin = books.register("robin", ago=timedelta(days=FORM.retention_days + 1))
    assert books.check() == (0, [])
    for item in books.items(f"SUB#{robin.id}"):
        books.drop(item)
    assert books.check() == (0, [])


def test_repair__notes_who_did_it_and_mails_nobody(books: Books) -> None:
    """The line names the caller. The submission's own item changes without what would cause a mail."""
    robin = books.register("robin")
    books.staff.cancel(robin.id, by="registrant")
    books.set(books.own(robin, "SUB"), month="course#1999-01")
    assert "by_registrant" in books.own(robin, "SUB")

    books.check("--repair", "--yes")

    line = books.repository.details(robin.id).events[-1]
    assert (line.what, line.by, line.version) == ("repaired: indexes", "arn:aws:iam::000000000000:user/staff", 3)
    assert "by_registrant" not in books.own(robin, "SUB")
    assert books.get(robin.id).status is Status.CANCELLED


def test_repair__asks_first(books: Books) -> None:
    books.register("robin")
    books.set(QUOTA, taken=0)

    refused = books.line("doctor", "--deep", "--repair", typed="n\n")
    assert (refused.code, books.check()[0]) == (ExitCode.FAILURE, 1)
    assert "Stack prod, account 000000000000" in refused.err
    assert "→ --repair would count 1 seat taken." in refused.err
    assert "Repair 1 of 1 problem?" in refused.err

    agreed = books.line("doctor", "--deep", "--repair", typed="y\n")
    assert (agreed.code, books.check()) == (ExitCode.OK, (0, []))


def test_check__says_what_it_read(books: Books) -> None:
    books.register("robin")
    ran = books.line("doctor", "--deep", terminal=True)

    assert "1 submission and 1 quota in 8 items" in ran.err
    assert "read units, 0 s." in ran.err
    assert "quotas        Every quota counts the seats that are held." in ran.out
    assert "13 ok, 0 warnings, 0 failures" in ran.err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--repair"], "--repair needs --deep."),
        (["--deep", "--yes"], "--yes and --dry-run need --repair."),
        (["--read-units-per-second", "50"], "--read-units-per-second needs --deep."),
        (["--deep", "--read-units-per-second", "0"], "--read-units-per-second"),
    ],
)
def test_options__belong_together(books: Books, options: list[str], says: str) -> None:
    ran = books.line("doctor", *options)
    assert (ran.code, says in ran.err) == (ExitCode.USAGE, True), ran.err


def test_repair__gives_lost_tickets_by_age(books: Books) -> None:
    """Whoever registered first comes first among those who have to draw a new ticket."""
    *_, ada, bo, cleo = [books.register(name) for name in ("robin", "kim", "ada", "bo", "cleo")]
    for each in (ada, bo):
        books.drop(keys.wait_key(FORM.name, "a", each.position or 0))
    books.set(QUOTA, departed=2, floor=2)

    assert books.check("--repair", "--yes")[0] == 0

    assert [books.get(each.id).position for each in (ada, bo, cleo)] == [4, 5, 3]
    assert books.check() == (0, [])


def test_check__stops_at_ctrl_c(books: Books) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    books.register("robin")
    books.line.sleep = interrupted
    ran = books.line("doctor", "--deep", "--read-units-per-second", "1")

    assert (ran.code, ran.out) == (ExitCode.INTERRUPTED, "")
