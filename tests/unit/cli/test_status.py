"""`rollcall status cancel` and `promote` with the real services, in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.cli.fakes import STAFF
from unit.cli.office import COURSE, Office, called, reference

from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.submission import Status, Submission

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


def test_cancel__accepts_several(office: Office) -> None:
    """It names each before it asks; the history names the caller."""
    one, two = office.register("Åsa"), office.register("Bo")

    ran = office.line("status", "cancel", one.id, reference(two), one.id, typed="y\n")

    assert (ran.code, ran.out) == (0, "")
    assert "Cancel 2 submissions?\n" in ran.err
    assert ran.err.endswith("2 submissions cancelled.\n")
    for entry in (one, two):
        assert f"  {called(entry)}, which is confirmed\n" in ran.err
        assert office.get(entry).status is Status.CANCELLED
        assert office.repository.details(entry.id).events[-1].by == STAFF.arn
    again = office.line("status", "cancel", one.id, two.id, "--yes")
    assert (again.code, again.err.count("which is already cancelled")) == (0, 2)
    assert office.get(one).version == 2


def test_cancel__changes_nothing_if_one_is_unknown_or_erased(office: Office) -> None:
    one, erased = office.register("Åsa"), office.register("Bo")
    office.manage.erase(erased.id, by="kim")

    unknown = office.line("status", "cancel", one.id, "reg_01KJM2N0S0ABCDEFGHJKMNPQRT", "--yes")
    gone = office.line("status", "cancel", one.id, erased.id, "--yes")

    assert (unknown.code, gone.code) == (3, 1)
    assert office.get(one) == one


def test_cancel__continues_after_a_failure_and_names_it(office: Office) -> None:
    """Exit code 1; the same command again does the rest."""
    entries = [office.register(name) for name in ("Åsa", "Bo", "Cleo")]

    class Stumbling(type(office.manage)):  # type: ignore[misc]
        def cancel(self, submission_id: str, **asked: object) -> Submission:
            if submission_id == entries[1].id:
                raise StorageUnavailableError("Not now.")
            return super().cancel(submission_id, **asked)  # type: ignore[no-any-return]

    usual, office.manage.__class__ = office.manage.__class__, Stumbling
    ran = office.line("status", "cancel", *[entry.id for entry in entries], "--yes")

    assert ran.code == 1
    assert f"{called(entries[1])} was not cancelled: Not now.\n" in ran.err
    assert ran.err.endswith(
        "error: 1 of 3 submissions were not cancelled; they are named above.\n"
        "Run the same command again to do the rest.\n"
    )
    office.manage.__class__ = usual
    assert office.line("status", "cancel", *[entry.id for entry in entries], "--yes").code == 0
    assert {office.get(entry).status for entry in entries} == {Status.CANCELLED}


def test_cancel__interrupted__says_how_far_it_got(office: Office) -> None:
    entries = [office.register(name) for name in ("Åsa", "Bo")]

    class Interrupted(type(office.manage)):  # type: ignore[misc]
        def cancel(self, submission_id: str, **asked: object) -> Submission:
            if submission_id == entries[1].id:
                raise KeyboardInterrupt
            return super().cancel(submission_id, **asked)  # type: ignore[no-any-return]

    office.manage.__class__ = Interrupted
    ran = office.line("status", "cancel", *[entry.id for entry in entries], "--yes")

    assert ran.code == 130
    assert ran.err.endswith(
        "Interrupted: 1 of 2 submissions were cancelled. Run the same command again to do the rest.\n"
    )


def test_promote__gives_free_seats_in_turn_and_names_the_rest(office: Office) -> None:
    office.by_hand()
    office.register("First")
    office.seats(capacity=1)
    waiting = [office.register(f"Person {number}") for number in range(3)]
    office.seats(capacity=3)

    dry = office.line("status", "promote", "registration", COURSE, "--dry-run")
    assert f"  ticket 1: {called(waiting[0])}\n" in dry.err
    assert f"Would promote 2 of 3 waiting for registration {COURSE}. Nothing was changed.\n" in dry.err
    assert office.seats() == (1, 3)

    ran = office.line("status", "promote", "registration", COURSE, "--yes")

    assert ran.code == 0
    for entry in waiting[:2]:
        assert f"{called(entry)} was promoted and will be mailed.\n" in ran.err
        assert office.repository.details(entry.id).events[-1].by == STAFF.arn
    assert f"registration {COURSE} has 3 seats, 3 taken, 1 waiting.\n" in ran.err
    assert ran.err.endswith(f"  ticket 3 is still waiting: {called(waiting[2])}\n")


def test_promote__says_why_nobody_moved(office: Office) -> None:
    office.by_hand()
    office.register("First")
    assert "Nobody is waiting for" in office.line("status", "promote", "registration", COURSE, "--yes").err
    office.seats(capacity=1)
    office.register("Second")
    full = office.line("status", "promote", "registration", COURSE, "--yes")
    assert (full.code, "1 waiting: no seat is free, so nobody moved." in full.err) == (0, True)
    assert f"rollcall quota set registration {COURSE} N" in full.err


def test_promote__skips_nobody_whose_submission_is_on_its_way(office: Office) -> None:
    office.by_hand()
    office.register("First")
    office.seats(capacity=1)
    office.repository.take_ticket("registration", COURSE, holder="on its way")
    second = office.register("Second")
    office.seats(capacity=2)

    ran = office.line("status", "promote", "registration", COURSE, "--yes")

    assert "Nobody is promoted now: an earlier ticket was drawn" in ran.err
    assert office.get(second).status is Status.WAITLISTED


def test_promote__moves_at_most_this_many(office: Office) -> None:
    office.by_hand()
    office.register("First")
    office.seats(capacity=1)
    for number in range(3):
        office.register(f"Person {number}")
    office.seats(capacity=4)

    assert office.line("status", "promote", "registration", COURSE, "--limit", "1", "--yes").code == 0
    assert office.seats() == (2, 2)
    assert office.line("status", "promote", "registration", "chess", "--yes").code == 3


def test_quota_set__reports_somebody_elses_change(office: Office) -> None:
    """It says who and when, and changes nothing, if it happens between question and answer."""
    office.register()

    class ConcurrentChange(type(office.manage)):  # type: ignore[misc]
        def set_capacity(self, form: str, option: str, capacity: int, **how: object) -> object:
            super().set_capacity(form, option, 20, by="arn:aws:iam::1:user/lee")
            return super().set_capacity(form, option, capacity, **how)

    office.manage.__class__ = ConcurrentChange
    ran = office.line("quota", "set", "registration", COURSE, "14", "--yes")

    assert ran.code == 1
    assert "arn:aws:iam::1:user/lee gave registration first-robot 20 seats at 20" in ran.err
    assert "it had 12 when you looked. Nothing was changed.\n" in ran.err
    assert office.repository.quotas("registration", [COURSE])[COURSE].capacity == 20
    quotas = json.loads(office.line("quota", "list", "--json", "option,set_by,set_at").out)
    assert {"option": COURSE, "set_by": "arn:aws:iam::1:user/lee", "set_at": "2027-03-01T09:30:15.250Z"} in quotas
