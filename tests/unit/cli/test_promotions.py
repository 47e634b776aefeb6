"""Changes to seats say who is promoted: before, in a dry run, and afterwards; and it is true."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.cli.office import COURSE, OTHER_COURSE, Office, called, reference

from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

    from registration_core.domain.submission import Submission


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


@pytest.fixture
def full(office: Office) -> list[Submission]:
    """A course with one seat: one registrant has it, and three wait."""
    first = office.register("Åsa Öberg")
    office.seats(capacity=1)
    return [first, *(office.register(name) for name in ("O'Brien", "Ngô Thị", "李小龍"))]


def would(entry: Submission, number: int) -> str:
    return f"  will be promoted and mailed: {called(entry)}, ticket {number}\n"


def did(entry: Submission) -> str:
    return f"{called(entry)} was promoted and will be mailed.\n"


def acts(entry: Submission) -> list[tuple[str, ...]]:
    return [
        ("status", "cancel", entry.id),
        ("status", "set", entry.id, "cancelled"),
        ("erase", entry.id),
        ("edit", entry.id, f"course={OTHER_COURSE}"),
        ("quota", "set", "registration", COURSE, "2"),
        ("quota", "set", "registration", COURSE, "+1"),
        ("purge", "--older-than", "2027-03-02", "--status", "confirmed"),
    ]


@pytest.mark.parametrize("act", range(7))
def test_dry_run__names_those_who_are_promoted(office: Office, full: list[Submission], act: int) -> None:
    """The person it named gets the seat; those behind stay."""
    words = acts(full[0])[act]

    dry = office.line(*words, "--dry-run")
    assert (dry.code, dry.err.count("will be promoted and mailed")) == (0, 1)
    assert would(full[1], 1) in dry.err
    assert office.get(full[1]).status is Status.WAITLISTED

    ran = office.line(*words, "--yes")
    assert ran.code == 0
    assert would(full[1], 1) in ran.err
    assert ran.err.endswith(did(full[1]))
    assert [office.get(entry).status for entry in full[1:]] == [Status.CONFIRMED, Status.WAITLISTED, Status.WAITLISTED]


def test_cancel__of_several_promotes_none_of_them(office: Office, full: list[Submission]) -> None:
    """The first in line is cancelled too, so the seat goes to the second."""
    words = ("status", "cancel", full[0].id, full[1].id)

    assert would(full[2], 2) in office.line(*words, "--dry-run").err
    ran = office.line(*words, "--yes")

    assert (would(full[2], 2) in ran.err, did(full[2]) in ran.err, did(full[1]) in ran.err) == (True, True, False)
    assert not any(event.what == "promoted" for event in office.repository.details(full[1].id).events)


def test_cancel__promotes_nobody_if_staff_do(office: Office, full: list[Submission]) -> None:
    """It promises the seat to nobody."""
    office.by_hand()

    assert "promoted" not in office.line("status", "cancel", full[0].id, "--dry-run").err
    assert "promoted" not in office.line("status", "cancel", full[0].id, "--yes").err
    raised = office.line("quota", "set", "registration", COURSE, "3", "--dry-run").err
    assert (
        "nobody is promoted automatically; to give out the seats afterwards: "
        f"rollcall status promote registration {COURSE}" in raised
    )


def test_cancel__on_the_waiting_list_promotes_nobody(office: Office, full: list[Submission]) -> None:
    assert "promoted" not in office.line("status", "cancel", full[1].id, "--dry-run").err


def test_acts__promise_nothing_while_a_ticket_is_on_its_way(office: Office) -> None:
    """A lower ticket was drawn whose submission is still being written: nobody overtakes it."""
    first = office.register("First")
    office.seats(capacity=1)
    office.repository.take_ticket("registration", COURSE, holder="on its way")
    office.register("Second")

    for words in acts(first):
        assert "promoted" not in office.line(*words, "--dry-run").err
    office.by_hand()
    office.manage.set_capacity("registration", COURSE, 2)
    promote = office.line("status", "promote", "registration", COURSE, "--dry-run").err
    assert ("Nobody is promoted now" in promote, "Would" in promote) == (True, False)


def test_promoted__says_how_long_an_unverified_seat_is_held(office: Office, full: list[Submission]) -> None:
    form = office.forms["registration"]
    office.forms["registration"] = replace(form, verification=_within_hours(48))

    ran = office.line("status", "cancel", full[0].id, "--yes")

    assert re.search(
        r"O'Brien.* was promoted and will be mailed; they must verify by 2027-03-03 .* to keep the seat", ran.err
    )


def test_promoted__names_ten_and_counts_the_others(office: Office) -> None:
    office.register("First")
    office.seats(capacity=1)
    for number in range(13):
        office.register(f"Person {number:02}")

    ran = office.line("quota", "set", "registration", COURSE, "+13", "--yes")

    assert ran.err.count("was promoted and will be mailed") == 10
    assert ran.err.count("  and 3 more\n") == 2
    assert ran.err.endswith("  and 3 more\n")


@pytest.mark.parametrize(("wish", "seats"), [("3", 3), ("+2", 3), ("0", 0)])
def test_quota_set__accepts_a_number_or_a_difference(
    office: Office, full: list[Submission], wish: str, seats: int
) -> None:
    assert len(full) == 4
    assert office.line("quota", "set", "registration", COURSE, wish, "--yes").code == 0
    assert office.repository.quotas("registration", [COURSE])[COURSE].capacity == seats


@pytest.mark.parametrize("wish", ["2.5", "++2", "+", "two", "1e3", "+100000", "٣"])
def test_quota_set__refuses_anything_but_a_number(office: Office, full: list[Submission], wish: str) -> None:
    ran = office.line("quota", "set", "registration", COURSE, wish, "--yes")

    assert (ran.code, "seats" in ran.err) == (2, True)
    assert office.seats() == (1, len(full) - 1)


def test_quota_set__says_that_nobody_loses_a_seat(office: Office, full: list[Submission]) -> None:
    assert full
    ran = office.line("quota", "set", "registration", COURSE, "0", "--dry-run")
    assert "  1 seat already taken; nobody loses theirs\n" in ran.err


def test_quota_waiting__prints_the_queue_with_phone_numbers(office: Office, full: list[Submission]) -> None:
    """In order: rank, ticket, name, telephone, address, reference."""
    office.manage.cancel(full[1].id, by="kim")

    ran = office.line("quota", "waiting", "registration", COURSE)

    assert [line.split("\t") for line in ran.out.splitlines()] == [
        [str(rank), str(rank + 1), entry.answers["participant"], entry.answers["phone"], entry.email, reference(entry)]
        for rank, entry in enumerate(full[2:], 1)
    ]
    assert f"registration {COURSE} has 1 seat, 1 taken, 2 waiting.\n" in ran.err
    named = json.loads(office.line("quota", "waiting", "registration", COURSE, "--json", "rank,name").out)
    assert named == [{"rank": 1, "name": "Ngô Thị"}, {"rank": 2, "name": "李小龍"}]


def test_quota_waiting__is_a_table_for_a_printer(office: Office, full: list[Submission]) -> None:
    """It has its heading and no colour, even without a terminal."""
    out = office.line("quota", "waiting", "registration", COURSE, "--table").out

    header, *lines = out.splitlines()
    assert header.split()[:4] == ["RANK", "TICKET", "NAME", "PHONE"]
    assert (len(lines), "\x1b" in out, "\t" in out) == (len(full) - 1, False, False)


@pytest.mark.parametrize(
    "words",
    [("quota", "waiting"), ("quota", "set", "4", "--dry-run"), ("status", "promote", "--dry-run")],
)
def test_option__may_be_named_by_its_label(office: Office, full: list[Submission], words: tuple[str, ...]) -> None:
    """A label does what the value does: it finds the same queue."""
    office.by_hand()
    office.seats(capacity=3)
    noun, verb, *options = words

    by_value = office.line(noun, verb, "registration", COURSE, *options)
    by_label = office.line(noun, verb, "registration", "My first robot", *options)

    assert (by_label.code, by_label.out, by_label.err) == (0, by_value.out, by_value.err)
    assert len(full) == 4


def test_promote__by_label_promotes_those_who_wait(office: Office, full: list[Submission]) -> None:
    office.by_hand()
    office.seats(capacity=2)

    ran = office.line("status", "promote", "registration", "my first robot", "--yes")

    assert (ran.code, did(full[1]) in ran.err) == (0, True)
    assert office.get(full[1]).status is Status.CONFIRMED


def test_quota_waiting__says_that_nobody_waits(office: Office) -> None:
    office.register()
    ran = office.line("quota", "waiting", "registration", COURSE, terminal=True)
    assert (ran.out, ran.err.startswith(f"Nobody is waiting for registration {COURSE}.\n")) == ("", True)
    assert office.line("quota", "waiting", "registration", "chess").code == 3


def suspected(office: Office, name: str) -> Submission:
    entry = office.register(name)
    spam = replace(entry, status=Status.SPAM, version=2)
    office.repository._move(entry, replace(spam, option=entry.option))
    office.repository.entries[entry.id] = spam
    return spam


def test_status_set__dry_run_says_if_it_would_wait(office: Office) -> None:
    """The dry run used to promise a confirmation that became a ticket."""
    spam = suspected(office, "Honest")
    assert (
        f"Would confirm {called(spam)}, which is spam."
        in office.line("status", "set", spam.id, "confirmed", "--dry-run").err
    )
    office.register("First")
    office.seats(capacity=1)

    dry = office.line("status", "set", spam.id, "confirmed", "--dry-run")
    ran = office.line("status", "set", spam.id, "confirmed", "--yes")

    wait = (
        f"Would put {called(spam)}, which is spam, on the waiting list with ticket 1, because registration {COURSE} has"
    )
    assert wait in dry.err
    assert ran.err.endswith("is now on the waiting list with ticket 1: all seats are taken.\n")
    assert office.get(spam).position == 1


def test_edit__dry_run_says_what_would_be_refused(office: Office) -> None:
    """It finds the same person's other submission before it is too late."""
    first, second = office.register("Åsa Ek"), office.register("Asa Ek")

    dry = office.line("edit", second.id, "participant=Åsa Ek", "--dry-run")

    assert dry.code == 1
    assert f"The same person already has a submission for this option: {called(first)}" in dry.err


def test_edit__dry_run_names_the_ticket(office: Office, full: list[Submission]) -> None:
    other = office.register("Bo", course=OTHER_COURSE)

    dry = office.line("edit", other.id, f"course={COURSE}", "--waitlist", "--dry-run")
    office.line("edit", other.id, f"course={COURSE}", "--waitlist", "--yes")

    assert f"gets ticket {len(full)} for {COURSE}: 1 of 1 seats taken, 3 waiting\n" in dry.err
    assert office.get(other).position == len(full)


def _within_hours(hours: int) -> object:
    from registration_core.domain.policies import Verification  # noqa: PLC0415 - only here

    return Verification(hours)
