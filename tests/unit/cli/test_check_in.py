"""`rollcall check-in`: by reference, by a scanner that types, undone, and refused in plain words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from unit.cli.office import COURSE, Office, called, reference

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

    from registration_core.domain.submission import Submission

TODAY = date(2027, 3, 1)


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


def days(office: Office, entry: Submission) -> list[str]:
    return [str(check_in.day) for check_in in office.get(entry).check_ins]


def test_check_in__takes_references_and_says_who(office: Office) -> None:
    asa, bo = office.register("Åsa"), office.register("Bo")

    ran = office.line("check-in", reference(asa).lower(), bo.id, "--yes")

    assert ran.code == 0
    assert f"  {called(asa)}\n  {called(bo)}\n2 submissions checked in.\n" in ran.err
    assert (days(office, asa), days(office, bo)) == (["2027-03-01"], ["2027-03-01"])
    listed = office.line("list", "--columns", "name,checked_in", "--sort", "name").out
    assert listed.splitlines() == ["Åsa\t2027-03-01", "Bo\t2027-03-01"]
    assert "2027-03-01  2027-03-01 09:30  user/staff" in office.line("show", asa.id, terminal=True).out
    assert "checked_in.2027-03-01\t2027-03-01T09:30:15.250Z\n" in office.line("show", asa.id).out


def test_check_in__asks_before_it_changes_anything(office: Office) -> None:
    asa = office.register("Åsa")
    asked = office.line("check-in", asa.id, typed="n\n")
    assert "Check in 1 submission for 2027-03-01?" in asked.err
    assert "Would check in 1 submission" in office.line("check-in", asa.id, "--dry-run").err
    assert office.get(asa) == asa


def test_check_in__keeps_one_that_is_in_already(office: Office) -> None:
    asa = office.register("Åsa")
    office.attendance.check_in(asa.id, by="kim")
    ran = office.line("check-in", asa.id, "--yes")
    assert (ran.code, f"{called(asa)}, already in, 2027-03-01 09:30" in ran.err) == (0, True), ran.err
    assert office.get(asa).check_ins[0].by == "kim"


def test_undo__is_for_one_day(office: Office) -> None:
    asa = office.register("Åsa")
    office.line("check-in", asa.id, "--day", "yesterday", "--yes")
    office.line("check-in", asa.id, "--yes")
    assert days(office, asa) == ["2027-02-28", "2027-03-01"]
    assert "1 submission no longer checked in" in office.line("check-in", asa.id, "--undo", "--yes").err
    assert days(office, asa) == ["2027-02-28"]
    assert ", not checked in" in office.line("check-in", asa.id, "--undo", "--yes").err
    assert [event.what for event in office.repository.details(asa.id).events[1:]] == [
        "checked in 2027-02-28",
        "checked in 2027-03-01",
        "check-in undone 2027-03-01",
    ]


@pytest.mark.parametrize(
    ("day", "code", "says"),
    [
        ("tomorrow", 2, "You can't check in for 2027-03-02, because today is 2027-03-01."),
        ("2025-01-01", 2, "more than a year ago"),
        ("monday", 2, "'monday' is not a day"),
        ("2027-02-30", 2, "is not a day"),
    ],
)
def test_check_in__refuses_other_days(office: Office, day: str, code: int, says: str) -> None:
    asa = office.register("Åsa")
    ran = office.line("check-in", asa.id, "--day", day, "--yes")
    assert (ran.code, says in ran.err) == (code, True), ran.err
    assert office.get(asa) == asa


def test_check_in__refuses_what_is_not_confirmed_before_all(office: Office) -> None:
    seated, waiting = office.register("Åsa"), office.register("Bo")
    office.manage.cancel(waiting.id, by="kim")
    ran = office.line("check-in", seated.id, waiting.id, "--yes")
    assert (ran.code, "is cancelled; only a confirmed submission can be checked in" in ran.err) == (1, True), ran.err
    assert office.get(seated) == seated


def test_scanner__says_at_once_who_it_is_and_goes_on(office: Office) -> None:
    """What a scanner types is what a person would type; a wrong line stops nobody."""
    office.seats(COURSE, 2)
    asa, bo, cid = (office.register(name) for name in ("Åsa", "Bo", "Cid"))
    assert cid.status == "waitlisted"
    wrong = reference(asa)[:-1] + ("0" if reference(asa)[-1] != "0" else "1")
    scanned = [reference(asa), wrong, "", reference(cid), bo.reference.lower(), reference(asa), "crs_0"]

    ran = office.line("check-in", "-", "--yes", piped="\n".join(scanned) + "\n")

    assert ran.code == 1
    lines = ran.err.splitlines()[1:]
    assert lines[0] == f"  {called(asa)}"
    assert lines[1].endswith("has a typing error. Check it letter by letter.")
    assert lines[2] == f"! {called(cid)} is waitlisted; only a confirmed submission can be checked in."
    assert lines[3] == f"  {called(bo)}"
    assert lines[4] == f"  {called(asa)}, already in, 2027-03-01 09:30"
    assert lines[5:] == [
        '! There is no submission "crs_0".',
        "2 submissions checked in.",
        "error: 3 lines were refused; see the lines above that begin with !",
    ]
    assert days(office, bo) == ["2027-03-01"]


def test_scanner__succeeds_if_no_line_was_refused(office: Office) -> None:
    """Somebody who is in already isn't refused."""
    asa = office.register("Åsa")
    ran = office.line("check-in", "-", "--yes", piped=f"{reference(asa)}\n{reference(asa)}\n")
    assert (ran.code, "refused" in ran.err) == (0, False), ran.err
    ran = office.line("check-in", "-", "--yes", piped="crs_0\n")
    assert (ran.code, "error: 1 line was refused" in ran.err) == (1, True), ran.err


def test_scanner__undoes_and_goes_alone(office: Office) -> None:
    asa = office.register("Åsa")
    office.attendance.check_in(asa.id, by="kim")
    assert office.line("check-in", "-", asa.id, "--yes").code == 2
    ran = office.line("check-in", "-", "--undo", typed=f"y\n{reference(asa)}\n")
    assert "Undo the check-ins of everyone you scan?" in ran.err
    assert office.get(asa).check_ins == ()
