"""Undo: what was cancelled or set aside by mistake stands again, and what was taken by mistake is set aside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.cli.fakes import STAFF
from unit.cli.office import COURSE, Office, called, reference

from registration_core.domain.mail import Change, MailKind, mails_for
from registration_core.domain.policies import Verification
from registration_core.domain.submission import Status
from registration_core.domain.transitions import ACTS
from registration_core.domain.transitions import STAFF as BY_STAFF

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

    from registration_core.domain.submission import Submission


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


def cancelled(office: Office, name: str = "Åsa Öberg") -> Submission:
    return office.manage.cancel(office.register(name).id, by="kim")


def test_restore__gives_the_seat_back(office: Office) -> None:
    """Told before; the history names the caller; the registrant is mailed, the staff are not."""
    entry = cancelled(office)

    dry = office.line("status", "restore", reference(entry), "--dry-run")
    assert f"  {called(entry)} becomes confirmed, with a seat\n" in dry.err
    assert "Would restore 1 submission. Nothing was changed." in dry.err
    ran = office.line("status", "restore", entry.id, "--yes")

    assert ran.err.endswith(f"{called(entry)} is confirmed again, and is mailed.\n")
    assert (office.get(entry).status, office.places()) == (Status.CONFIRMED, (1, 0))
    last = office.repository.details(entry.id).events[-1]
    assert (last.what, last.by) == ("restored", STAFF.arn)
    (mail,) = mails_for(Change(entry.id, 3, Status.CONFIRMED, Status.CANCELLED))
    assert mail.kind is MailKind.CONFIRMED


def test_restore__gives_a_ticket_where_no_seat_is_free_and_says_so_before(office: Office) -> None:
    """Two of one course share the seats that are left."""
    first, second = cancelled(office, "O'Brien"), cancelled(office, "Ngô Thị")
    office.places(capacity=1)

    dry = office.line("status", "restore", first.id, second.id, "--dry-run")
    assert f"  {called(first)} becomes confirmed, with a seat\n" in dry.err
    assert f"  {called(second)} waits, with ticket 1, for registration {COURSE} has 1 seat" in dry.err
    ran = office.line("status", "restore", first.id, second.id, "--yes")

    assert f"{called(second)} waits now, with ticket 1, and is mailed.\n" in ran.err
    assert (office.get(first).status, office.get(second).position) == (Status.CONFIRMED, 1)


def test_restore__again_changes_nothing(office: Office) -> None:
    entry = cancelled(office)
    office.line("status", "restore", entry.id, "--yes")

    again = office.line("status", "restore", entry.id, "--yes")

    assert (again.code, again.err.endswith("which is confirmed already\n")) == (0, True)
    assert office.get(entry).version == 3


def test_restore__is_refused_where_the_same_person_registered_anew(office: Office) -> None:
    """One seat a person: it says which other submission there is."""
    entry = cancelled(office)
    office.clock.forward(hours=25)
    other = office.register("Åsa Öberg")

    for words in (("--dry-run",), ("--yes",)):
        ran = office.line("status", "restore", entry.id, *words)
        assert (ran.code, f"the same person has registered again, as {reference(other)}." in ran.err) == (1, True)
    assert (office.get(entry).status, office.places()) == (Status.CANCELLED, (1, 0))


def test_restore__of_two_of_one_person_is_refused_before_anything(office: Office) -> None:
    """Only one of them can stand: both are named, in the dry run too, and neither is restored."""
    first = cancelled(office)
    office.clock.forward(hours=25)
    second = cancelled(office)

    for words in (("--dry-run",), ("--yes",)):
        ran = office.line("status", "restore", first.id, second.id, *words)
        assert (ran.code, f"{called(second)} and {reference(first)} are the same person's" in ran.err) == (1, True)
        assert office.places() == (0, 0)
    assert office.line("status", "restore", second.id, second.id, "--yes").code == 0


@pytest.mark.parametrize("command", ["cancel", "restore"])
def test_several__name_the_one_that_is_erased(office: Office, command: str) -> None:
    """Before anything is changed."""
    there = cancelled(office) if command == "restore" else office.register("Åsa Öberg")
    erased = office.manage.erase(office.register("O'Brien").id, by="kim")

    ran = office.line("status", command, there.id, erased.id, "--yes")

    assert (ran.code, ran.err.splitlines()[-1].startswith("error: registration")) == (1, True)
    assert reference(erased) in ran.err.splitlines()[-1]
    assert office.get(there) == there


def test_set_confirmed__is_refused_where_the_sender_registered_again(office: Office) -> None:
    """Spam gets no mail, so its sender tries again; the dry run tells it, and one seat is taken."""
    spam = office.manage.mark_spam(office.register("Åsa Öberg").id, by="kim")
    office.clock.forward(hours=25)
    other = office.register("Åsa Öberg")

    for words in (("--dry-run",), ("--yes",)):
        ran = office.line("status", "set", spam.id, "confirmed", *words)
        told = f"{called(spam)} stays spam: the same person has registered again, as {reference(other)}."
        assert (ran.code, told in ran.err) == (1, True)
        assert f"rollcall status cancel {reference(other)}" in ran.err
    assert (office.get(spam).status, office.places()) == (Status.SPAM, (1, 0))

    office.manage.cancel(other.id, by="kim")
    assert office.line("status", "set", spam.id, "confirmed", "--yes").code == 0
    assert office.places() == (1, 0)


def test_restore__keeps_the_person_from_a_second_seat(office: Office) -> None:
    entry = cancelled(office)
    office.line("status", "restore", entry.id, "--yes")
    office.clock.forward(hours=25)

    again = office.submits.submit(
        office.forms["registration"], dict(office.get(entry).answers), key="later", language="en"
    )

    assert (again.repeated, office.places()) == (True, (1, 0))


def test_restore__asks_once_more_who_never_verified(office: Office) -> None:
    """A cancellation by the sweep, or by hand: the address is not proven by it."""
    office.forms["registration"] = replace(office.forms["registration"], verification=Verification(48))
    entry = office.register("Åsa Öberg")
    office.clock.forward(hours=49)
    assert office.manage.lapse(entry.id).lapsed

    ran = office.line("status", "restore", entry.id, "--yes")

    restored = office.get(entry)
    assert (restored.status, restored.overdue(office.clock.now())) == (Status.PENDING, False)
    assert "is pending, until 2027-03-0" in ran.err
    (mail,) = mails_for(Change(entry.id, 3, Status.PENDING, Status.CANCELLED))
    assert mail.kind is MailKind.VERIFY


@pytest.mark.parametrize("gone", ["erase", "mark_spam"])
def test_restore__takes_back_nothing_but_a_cancellation(office: Office, gone: str) -> None:
    entry = office.register()
    after = getattr(office.manage, gone)(entry.id, by="kim")

    ran = office.line("status", "restore", entry.id, "--yes")

    assert (ran.code, f"An entry that is {after.status} cannot be restored" in ran.err) == (1, True)


def test_set_spam__frees_the_seat_for_the_next_and_mails_nobody_else(office: Office) -> None:
    """It is told who is promoted; the one who is set aside hears nothing, and is gone in thirty days."""
    spam = office.register("Casino Royale")
    office.places(capacity=1)
    waiting = office.register("Åsa Öberg")

    dry = office.line("status", "set", spam.id, "spam", "--dry-run")
    assert f"Would set aside as spam {called(spam)}, which is confirmed." in dry.err
    ran = office.line("status", "set", spam.id, "spam", "--yes")

    assert f"{called(waiting)} was promoted and is mailed.\n" in ran.err
    marked = office.get(spam)
    assert (marked.status, (marked.expires_at - office.clock.now()).days) == (Status.SPAM, 29)
    assert mails_for(Change(spam.id, 2, Status.SPAM, Status.CONFIRMED)) == []
    assert office.line("status", "set", spam.id, "spam", "--yes").err.endswith("is spam already.\n")


def test_set_spam__is_undone_by_confirmed(office: Office) -> None:
    entry = office.register("Åsa Öberg")
    office.line("status", "set", entry.id, "spam", "--yes")

    assert office.line("status", "set", entry.id, "confirmed", "--yes").code == 0

    restored = office.get(entry)
    assert (restored.status, restored.expires_at, office.places()) == (Status.CONFIRMED, entry.expires_at, (1, 0))


def test_commands__do_every_act_of_the_staff(office: Office) -> None:
    """What the table of acts promises the staff, the command line does, from every status."""
    commands = {
        "verified": ("status", "set", "{}", "confirmed"),
        "cancelled": ("status", "set", "{}", "cancelled"),
        "restored": ("status", "restore", "{}"),
        "marked spam": ("status", "set", "{}", "spam"),
        "marked genuine": ("status", "set", "{}", "confirmed"),
        "erased": ("erase", "{}"),
    }
    others = {"promoted", "moved"}  # `status promote`, `edit`: their own tests
    for number, act in enumerate(act for act in ACTS if BY_STAFF in act.by and act.what not in others):
        for before in act.before:
            entry = _become(office, office.register(f"Person {number} {before}"), before)
            words = [word.format(entry.id) for word in commands[act.what]]
            assert office.line(*words, "--yes").code == 0, (act.what, before)
            assert office.get(entry).status in act.after


def _become(office: Office, entry: Submission, status: Status) -> Submission:
    """Bring a confirmed entry to another status, by the repository's own rules."""
    if status is Status.CONFIRMED:
        return entry
    position = None
    if status is Status.WAITLISTED:
        office.places(capacity=0)
        position = office.repository.take_ticket("registration", COURSE, holder=entry.id)
        office.places(capacity=12)
    until = office.clock.forward(hours=0) if status is Status.PENDING else None
    after = replace(entry, status=status, version=2, position=position, verify_by=until)
    return office.repository.change(entry, after, what="arranged", by="kim")
