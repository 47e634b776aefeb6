"""Undo: a mistaken cancellation or spam mark is reversed, and a mistaken acceptance becomes spam."""

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
    """It says so first; the history names the caller; the registrant is mailed, staff are not."""
    entry = cancelled(office)

    dry = office.line("status", "restore", reference(entry), "--dry-run")
    assert f"  {called(entry)} becomes confirmed, with a seat\n" in dry.err
    assert "Would restore 1 submission. Nothing was changed." in dry.err
    ran = office.line("status", "restore", entry.id, "--yes")

    assert ran.err.endswith(f"{called(entry)} is confirmed again, and will be mailed.\n")
    assert (office.get(entry).status, office.seats()) == (Status.CONFIRMED, (1, 0))
    last = office.repository.details(entry.id).events[-1]
    assert (last.what, last.by) == ("restored", STAFF.arn)
    (mail,) = mails_for(Change(entry.id, 3, Status.CONFIRMED, Status.CANCELLED))
    assert mail.kind is MailKind.CONFIRMED


def test_restore__says_first_if_it_gives_a_ticket(office: Office) -> None:
    """Two of one course share the seats that are left."""
    first, second = cancelled(office, "O'Brien"), cancelled(office, "Ngô Thị")
    office.seats(capacity=1)

    dry = office.line("status", "restore", first.id, second.id, "--dry-run")
    assert f"  {called(first)} becomes confirmed, with a seat\n" in dry.err
    assert f"  {called(second)} joins the waiting list with ticket 1: registration {COURSE} has 1 seat" in dry.err
    ran = office.line("status", "restore", first.id, second.id, "--yes")

    assert f"{called(second)} is now waitlisted, with ticket 1, and will be mailed.\n" in ran.err
    assert (office.get(first).status, office.get(second).position) == (Status.CONFIRMED, 1)


def test_restore__repeated__changes_nothing(office: Office) -> None:
    entry = cancelled(office)
    office.line("status", "restore", entry.id, "--yes")

    again = office.line("status", "restore", entry.id, "--yes")

    assert (again.code, again.err.endswith("is already confirmed\n")) == (0, True)
    assert office.get(entry).version == 3


def test_restore__is_refused_if_the_person_registered_again(office: Office) -> None:
    """One seat a person: the error names the other submission."""
    entry = cancelled(office)
    office.clock.forward(hours=25)
    other = office.register("Åsa Öberg")

    for words in (("--dry-run",), ("--yes",)):
        ran = office.line("status", "restore", entry.id, *words)
        assert (ran.code, f"the same person has registered again, as {reference(other)}." in ran.err) == (1, True)
    assert (office.get(entry).status, office.seats()) == (Status.CANCELLED, (1, 0))


def test_restore__of_one_persons_two_submissions_is_refused(office: Office) -> None:
    """Only one can be restored: both are named, in the dry run too, and neither changes."""
    first = cancelled(office)
    office.clock.forward(hours=25)
    second = cancelled(office)

    for words in (("--dry-run",), ("--yes",)):
        ran = office.line("status", "restore", first.id, second.id, *words)
        assert (ran.code, f"{called(second)} and {reference(first)} are from the same person" in ran.err) == (1, True)
        assert office.seats() == (0, 0)
    assert office.line("status", "restore", second.id, second.id, "--yes").code == 0


@pytest.mark.parametrize("command", ["cancel", "restore"])
def test_several__are_refused_if_one_is_erased(office: Office, command: str) -> None:
    """The error names it, before anything changes."""
    there = cancelled(office) if command == "restore" else office.register("Åsa Öberg")
    erased = office.manage.erase(office.register("O'Brien").id, by="kim")

    ran = office.line("status", command, there.id, erased.id, "--yes")

    assert (ran.code, ran.err.splitlines()[-1].startswith("error: registration")) == (1, True)
    assert reference(erased) in ran.err.splitlines()[-1]
    assert office.get(there) == there


def test_set_confirmed__is_refused_if_the_sender_came_again(office: Office) -> None:
    """Spam gets no mail, so its sender tries again; the dry run says so, and one seat is taken."""
    spam = office.manage.mark_spam(office.register("Åsa Öberg").id, by="kim")
    office.clock.forward(hours=25)
    other = office.register("Åsa Öberg")

    for words in (("--dry-run",), ("--yes",)):
        ran = office.line("status", "set", spam.id, "confirmed", *words)
        message = f"{called(spam)} stays spam: the same person has registered again, as {reference(other)}."
        assert (ran.code, message in ran.err) == (1, True)
        assert f"rollcall status cancel {reference(other)}" in ran.err
    assert (office.get(spam).status, office.seats()) == (Status.SPAM, (1, 0))

    office.manage.cancel(other.id, by="kim")
    assert office.line("status", "set", spam.id, "confirmed", "--yes").code == 0
    assert office.seats() == (1, 0)


def test_restore__stops_the_person_from_a_second_seat(office: Office) -> None:
    entry = cancelled(office)
    office.line("status", "restore", entry.id, "--yes")
    office.clock.forward(hours=25)

    again = office.submits.submit(
        office.forms["registration"], dict(office.get(entry).answers), key="later", language="en"
    )

    assert (again.repeated, office.seats()) == (True, (1, 0))


def test_restore__asks_an_unverified_registrant_again(office: Office) -> None:
    """A cancellation by the sweep or by hand does not prove the address."""
    office.forms["registration"] = replace(office.forms["registration"], verification=Verification(48))
    entry = office.register("Åsa Öberg")
    office.clock.forward(hours=49)
    assert office.manage.lapse(entry.id).lapsed

    ran = office.line("status", "restore", entry.id, "--yes")

    restored = office.get(entry)
    assert (restored.status, restored.overdue(office.clock.now())) == (Status.PENDING, False)
    assert "is pending, and must be verified by 2027-03-0" in ran.err
    (mail,) = mails_for(Change(entry.id, 3, Status.PENDING, Status.CANCELLED))
    assert mail.kind is MailKind.VERIFY


@pytest.mark.parametrize("gone", ["erase", "mark_spam"])
def test_restore__reverses_only_a_cancellation(office: Office, gone: str) -> None:
    entry = office.register()
    after = getattr(office.manage, gone)(entry.id, by="kim")

    ran = office.line("status", "restore", entry.id, "--yes")

    assert (ran.code, f"A {after.status} submission can't be restored" in ran.err) == (1, True)


def test_set_spam__passes_the_seat_on_and_mails_nobody_else(office: Office) -> None:
    """It says who is promoted; the sender of the spam hears nothing, and the submission expires in thirty days."""
    spam = office.register("Casino Royale")
    office.seats(capacity=1)
    waiting = office.register("Åsa Öberg")

    dry = office.line("status", "set", spam.id, "spam", "--dry-run")
    assert f"Would set aside as spam {called(spam)}, which is confirmed." in dry.err
    ran = office.line("status", "set", spam.id, "spam", "--yes")

    assert f"{called(waiting)} was promoted and will be mailed.\n" in ran.err
    marked = office.get(spam)
    assert (marked.status, (marked.expires_at - office.clock.now()).days) == (Status.SPAM, 29)
    assert mails_for(Change(spam.id, 2, Status.SPAM, Status.CONFIRMED)) == []
    assert office.line("status", "set", spam.id, "spam", "--yes").err.endswith("is already spam.\n")


def test_set_spam__is_reversed_by_confirmed(office: Office) -> None:
    entry = office.register("Åsa Öberg")
    office.line("status", "set", entry.id, "spam", "--yes")

    assert office.line("status", "set", entry.id, "confirmed", "--yes").code == 0

    restored = office.get(entry)
    assert (restored.status, restored.expires_at, office.seats()) == (Status.CONFIRMED, entry.expires_at, (1, 0))


def test_commands__do_every_act_of_the_staff(office: Office) -> None:
    """The command line does everything in the staff's table of acts, from every status."""
    commands = {
        "verified": ("status", "set", "{}", "confirmed"),
        "cancelled": ("status", "set", "{}", "cancelled"),
        "restored": ("status", "restore", "{}"),
        "marked spam": ("status", "set", "{}", "spam"),
        "marked genuine": ("status", "set", "{}", "confirmed"),
        "erased": ("erase", "{}"),
    }
    others = {"promoted", "moved"}  # `status promote` and `edit` have their own tests
    for number, act in enumerate(act for act in ACTS if BY_STAFF in act.by and act.what not in others):
        for before in act.before:
            entry = _become(office, office.register(f"Person {number} {before}"), before)
            words = [word.format(entry.id) for word in commands[act.what]]
            assert office.line(*words, "--yes").code == 0, (act.what, before)
            assert office.get(entry).status in act.after


def _become(office: Office, entry: Submission, status: Status) -> Submission:
    """Bring a confirmed submission to another status, by the repository's own rules."""
    if status is Status.CONFIRMED:
        return entry
    position = None
    if status is Status.WAITLISTED:
        office.seats(capacity=0)
        position = office.repository.take_ticket("registration", COURSE, holder=entry.id)
        office.seats(capacity=12)
    until = office.clock.forward(hours=0) if status is Status.PENDING else None
    after = replace(entry, status=status, version=2, position=position, verify_by=until)
    return office.repository.change(entry, after, what="moved", by="kim")
