"""`rollcall edit` with the real services, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from unit.cli.fakes import STAFF
from unit.cli.office import COURSE, OTHER_COURSE, Office, called, reference

from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

NAMED = "Stack local, account 000000000000, eu-north-1\n"


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


def test_edit__corrects_a_mistyped_address(office: Office) -> None:
    """It shows the old and the new address, asks, and names the next step."""
    entry = office.register(email="per@exmaple.org")

    ran = office.line("edit", reference(entry), "email=per@example.org", typed="y\n")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err == (
        f"{NAMED}  email: per@exmaple.org -> per@example.org\nChange email of {called(entry)}?\ny/N: "
        f"Changed email of {called(office.get(entry))}.\n"
        f"The registrant has not been mailed about it. To mail them: rollcall mail resend {reference(entry)}\n"
    )
    assert office.get(entry).email == "per@example.org"
    last = office.repository.details(entry.id).events[-1]
    assert (last.what, last.by) == ("edited email", STAFF.arn)


def test_edit__dry_run_writes_nothing(office: Office) -> None:
    entry = office.register()

    ran = office.line("edit", entry.id, "needs=", f"course={OTHER_COURSE}", "--dry-run")

    assert ran.code == 0
    assert "  needs: Allergic to nuts. -> empty\n" in ran.err
    assert (
        f"  gets a seat for {OTHER_COURSE}: 0 of 12 seats taken, 0 waiting\n  gives up its seat for {COURSE}\n"
        in ran.err
    )
    assert ran.err.endswith("Nothing was changed.\n")
    assert office.get(entry) == entry


def test_edit__shows_phone_numbers_as_people_write_them(office: Office) -> None:
    entry = office.register(phone="+46 70 123 45 67")

    ran = office.line("edit", entry.id, "phone=+46 70 140 50 21", "--dry-run")

    assert "  phone: 070-123 45 67 -> 070-140 50 21\n" in ran.err


def test_edit__repeated__says_so(office: Office) -> None:
    entry = office.register()

    for _ in range(2):
        ran = office.line("edit", entry.id, "guardian=Bo Ek", "--yes")

    assert ran.err.endswith("already has these answers.\n")
    assert office.get(entry).version == 2


def test_edit__reports_every_wrong_field(office: Office) -> None:
    """It says what is wrong and suggests the nearest."""
    entry = office.register()

    ran = office.line("edit", entry.id, "email=per", "phne=1", "course=chess", "participant=", "--yes")

    assert ran.code == 1
    assert "  participant: This is empty, and the form requires it.\n" in ran.err
    assert '  email: "per" is not an e-mail address, such as name@example.org.\n' in ran.err
    assert '  course: "chess" is not an option. Use one of: My first robot;' in ran.err
    assert "  phne: The form has no such field. Did you mean 'phone'?\n" in ran.err
    assert ran.err.endswith("See what the form asks: rollcall forms show registration\n")
    assert office.get(entry) == entry


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("status=confirmed", "rollcall status set ID"),
        ("id=x", "rollcall erase ID"),
        ("reference=x", "never changes"),
        ("email", "Write FIELD=VALUE"),
        ("=x", "Write FIELD=VALUE"),
    ],
)
def test_edit__of_an_unknown_field_is_a_usage_error(office: Office, assignment: str, message: str) -> None:
    entry = office.register()

    ran = office.line("edit", entry.id, assignment, "--yes")

    assert ran.code == 2
    assert message in ran.err


def test_edit__the_same_field_twice_is_a_usage_error(office: Office) -> None:
    ran = office.line("edit", office.register().id, "email=a@example.org", "email=b@example.org", "--yes")

    assert (ran.code, "given twice" in ran.err) == (2, True)


def test_edit__moves_to_another_course(office: Office) -> None:
    """The seat goes to the next in line; staff have to tell the registrant themselves."""
    entry = office.register()
    office.seats(capacity=1)
    waiting = office.register("Bo Ek")

    ran = office.line("edit", entry.id, "course=Linjeföljare", "--yes")

    assert ran.code == 0
    assert f"It now has a seat for {OTHER_COURSE}.\nThe registrant has not been mailed about it." in ran.err
    assert (office.seats(), office.seats(OTHER_COURSE)) == ((1, 0), (1, 0))
    assert office.get(waiting).status is Status.CONFIRMED


def test_edit__moves_nobody_into_a_full_course_unasked(office: Office) -> None:
    entry = office.register()
    office.seats(OTHER_COURSE, capacity=0)

    ran = office.line("edit", entry.id, f"course={OTHER_COURSE}", "--yes")

    assert ran.code == 1
    assert "has no free seat" in ran.err
    assert f"add --waitlist. To add seats: rollcall quota set registration {OTHER_COURSE} N\n" in ran.err
    assert office.get(entry) == entry

    waits = office.line("edit", entry.id, f"course={OTHER_COURSE}", "--waitlist", "--yes")

    assert waits.err.endswith(f"It is now on the waiting list for {OTHER_COURSE}, with ticket 1.\n")
    assert (office.seats()[0], office.seats(OTHER_COURSE)) == (0, (0, 1))


def test_edit__names_the_other_entry_of_the_same_person(office: Office) -> None:
    first, second = office.register("Åsa Ek"), office.register("Asa Ek")

    ran = office.line("edit", second.id, "participant=Åsa Ek", "--yes")

    assert ran.code == 1
    assert f"The same person already has a submission for this option: {called(first)}" in ran.err
    assert f"rollcall status cancel {reference(first)}\n" in ran.err
    assert office.get(second) == second


def test_edit__reports_a_concurrent_change_and_writes_nothing(office: Office) -> None:
    """It names the field, the time and the person."""
    entry = office.register()
    edits = office.line.editing
    assert edits is not None

    class ConcurrentChange(type(edits)):  # type: ignore[misc]
        """Somebody else is faster, between the question and the answer."""

        def carry_out(self, edit: object, **how: object) -> object:
            other = replace(office.get(entry), version=2, answers={**entry.answers, "phone": "+46701"})
            office.repository.change(office.get(entry), other, what="edited phone", by="arn:aws:iam::1:user/lee")
            return super().carry_out(edit, **how)

    edits.__class__ = ConcurrentChange
    ran = office.line("edit", entry.id, "guardian=Bo Ek", "--yes")

    assert ran.code == 1
    assert "while you were working. Your change was not saved.\n" in ran.err
    assert "  edited phone, by arn:aws:iam::1:user/lee\nphone is now '+46701'; you saw '+46701234567'\n" in ran.err
    assert "submitted" not in ran.err
    assert ran.err.endswith(f"rollcall show {reference(entry)}\n")
    assert office.get(entry).answers["guardian"] != "Bo Ek"


def test_edit__prints_nothing_that_could_harm_a_terminal(office: Office) -> None:
    entry = office.register(needs="nuts\n\N{RIGHT-TO-LEFT OVERRIDE}".rstrip("\N{RIGHT-TO-LEFT OVERRIDE}") + "x\ny")

    ran = office.line("edit", entry.id, "needs=", "--dry-run")

    assert "  needs: nuts\\nx\\ny -> empty\n" in ran.err
