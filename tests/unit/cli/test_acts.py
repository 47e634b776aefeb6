"""What staff change: `rollcall status`, `quota`, `erase`, and the mails that they preview, with fakes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from unit.cli.fakes import ADA, BOB, CTRL_C, STAFF, CommandLine, FakeManage, FakeQueries, FakeRestore

from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import MailKind
from registration_core.domain.quota import QuotaState
from registration_core.domain.submission import Status
from rollcall_build.forms.files import compile_forms

FORMS_DIR = Path(__file__).resolve().parents[3] / "example" / "forms"
FORMS = compile_forms(FORMS_DIR)
REFERENCE = display_reference(ADA.reference)
NAMED = "Stack local, account 000000000000, eu-north-1\n"

CHANGES = [
    ("status", "set", REFERENCE, "cancelled"),
    ("erase", REFERENCE),
    ("quota", "set", "registration", "first-robot", "14"),
]


@pytest.fixture
def queries() -> FakeQueries:
    return FakeQueries()


@pytest.fixture
def manage(queries: FakeQueries) -> FakeManage:
    return FakeManage(queries)


@pytest.fixture
def restore(manage: FakeManage) -> FakeRestore:
    return FakeRestore(manage)


@pytest.fixture
def rollcall(
    rollcall_local: CommandLine, queries: FakeQueries, manage: FakeManage, restore: FakeRestore
) -> CommandLine:
    """A command line whose stack has two submissions and this clone's forms."""
    rollcall_local.queries = queries
    rollcall_local.managing = manage
    rollcall_local.restoring = restore
    rollcall_local.forms = FORMS
    return rollcall_local


def standing(queries: FakeQueries, status: Status) -> None:
    """Give Ada's submission a status."""
    queries.entries[0] = replace(ADA, status=status, option="first-robot")


@pytest.mark.parametrize("change", CHANGES)
def test_change__without_a_terminal_needs_yes(
    rollcall: CommandLine, manage: FakeManage, change: tuple[str, ...]
) -> None:
    """It is a usage error, raised before the command contacts the stack."""
    ran = rollcall(*change)

    assert (ran.code, ran.out) == (2, "")
    assert "no terminal to ask you on.\nAdd --yes" in ran.err
    assert (rollcall.connected, manage.asked) == ([], [])


@pytest.mark.parametrize("change", CHANGES)
def test_change__dry_run_says_what_would_happen(
    rollcall: CommandLine, manage: FakeManage, change: tuple[str, ...]
) -> None:
    """It names stack, account and change, and does nothing else."""
    ran = rollcall(*change, "--dry-run")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(f"{NAMED}Would ")
    assert ran.err.endswith("Nothing was changed.\n")
    assert manage.asked == []


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("typed", ["y\n", "YES\n"])
def test_change__asks_on_a_terminal(
    rollcall: CommandLine, manage: FakeManage, change: tuple[str, ...], typed: str
) -> None:
    """The question names the stack; a yes makes the change."""
    ran = rollcall(*change, typed=typed)

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(NAMED)
    assert "?\ny/N: " in ran.err
    assert len(manage.asked) == 1


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("typed", ["n\n", "\n", ""])
def test_change__anything_but_yes_changes_nothing(
    rollcall: CommandLine, manage: FakeManage, change: tuple[str, ...], typed: str
) -> None:
    """Return alone and the end of input mean no. A no is not an error."""
    ran = rollcall(*change, typed=typed)

    assert ran.code == 1
    assert ran.err.endswith("?\ny/N: Nothing was changed.\n" if typed else "?\ny/N: \nNothing was changed.\n")
    assert manage.asked == []


def test_change__stopped_by_ctrl_c_ends_the_prompts_line(rollcall: CommandLine, manage: FakeManage) -> None:
    """The shell's prompt is on a line of its own, and nothing was changed."""
    ran = rollcall(*CHANGES[0], typed=CTRL_C)

    assert ran.code == 130
    assert ran.err.endswith("y/N: \n")
    assert manage.asked == []


@pytest.mark.parametrize("change", [("status", "set", "{}", "cancelled"), ("erase", "{}")])
def test_change__reports_a_mistyped_reference_first(rollcall: CommandLine, change: tuple[str, ...]) -> None:
    """It works as in `show`."""
    wrong = REFERENCE[:-1] + ("A" if REFERENCE[-1] != "A" else "B")

    ran = rollcall(*[word.format(wrong) for word in change], "--yes")

    assert ran.code == 3
    assert "typing error" in ran.err
    assert rollcall.connected == []


@pytest.mark.parametrize(
    ("before", "target", "asked"),
    [
        (Status.SPAM, "confirmed", "mark_genuine"),
        (Status.PENDING, "confirmed", "verify"),
        (Status.SPAM, "cancelled", "cancel"),
        (Status.PENDING, "cancelled", "cancel"),
        (Status.WAITLISTED, "cancelled", "cancel"),
        (Status.CONFIRMED, "cancelled", "cancel"),
    ],
)
def test_status_set__records_the_caller(
    rollcall: CommandLine, manage: FakeManage, before: Status, target: str, asked: str
) -> None:
    """The history names the caller's IAM identity."""
    standing(manage.queries, before)

    ran = rollcall("status", "set", REFERENCE, target, "--yes")

    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith(
        f"registration {REFERENCE} of ada@example.org, first-robot is now {target}; it was {before}.\n"
    )
    assert manage.asked == [(asked, ADA.id, STAFF.arn)]


@pytest.mark.parametrize(
    ("before", "target", "message"),
    [
        (Status.WAITLISTED, "confirmed", "is on the waiting list and is promoted in its turn"),
        (Status.CANCELLED, "confirmed", f"rollcall status restore {REFERENCE}"),
        (Status.ERASED, "confirmed", "An erased submission stays erased"),
        (Status.ERASED, "cancelled", "An erased submission stays erased"),
    ],
)
def test_status_set__refused__names_what_is_allowed(
    rollcall: CommandLine, manage: FakeManage, before: Status, target: str, message: str
) -> None:
    standing(manage.queries, before)

    ran = rollcall("status", "set", REFERENCE, target, "--yes")

    assert ran.code == 1
    assert message in ran.err
    assert manage.asked == []


def test_status_set__repeated__changes_nothing(rollcall: CommandLine, manage: FakeManage) -> None:
    ran = rollcall("status", "set", ADA.id, "confirmed", "--yes")

    assert ran.code == 0
    assert ran.err.endswith("is already confirmed.\n")
    assert manage.asked == []


def test_status_set__says_if_a_genuine_submission_has_to_wait(
    rollcall: CommandLine, queries: FakeQueries, restore: FakeRestore
) -> None:
    standing(queries, Status.SPAM)
    restore.genuine = Status.WAITLISTED

    ran = rollcall("status", "set", REFERENCE, "confirmed", "--yes")

    assert ran.code == 0
    assert ran.err.endswith("is now on the waiting list with ticket None: all seats are taken.\n")


def test_status_set__reports_a_concurrent_change(
    rollcall: CommandLine, queries: FakeQueries, restore: FakeRestore
) -> None:
    standing(queries, Status.SPAM)
    restore.genuine = Status.CANCELLED

    ran = rollcall("status", "set", REFERENCE, "confirmed", "--yes")

    assert ran.code == 1
    assert "while you were working" in ran.err
    assert "\nstatus is now 'cancelled'; you saw 'spam'\n" in ran.err


@pytest.mark.parametrize("target", ["waitlisted", "pending", "erased", "genuine"])
def test_status_set__accepts_no_other_status(rollcall: CommandLine, target: str) -> None:
    ran = rollcall("status", "set", REFERENCE, target, "--yes")

    assert ran.code == 2
    assert "confirmed" in ran.err


def test_erase__records_the_caller(rollcall: CommandLine, manage: FakeManage) -> None:
    ran = rollcall("erase", REFERENCE, "--yes")

    assert (ran.code, ran.out) == (0, "")
    assert manage.asked == [("erase", ADA.id, STAFF.arn)]


def test_erase__repeated__completes_an_interrupted_one(
    rollcall: CommandLine, queries: FakeQueries, manage: FakeManage
) -> None:
    """It does not ask again."""
    standing(queries, Status.ERASED)

    assert rollcall("erase", ADA.id, "--dry-run").err.endswith("is already erased.\n")
    assert manage.asked == []
    assert rollcall("erase", ADA.id, typed="").err.endswith("is already erased.\n")
    assert manage.asked == [("erase", ADA.id, STAFF.arn)]


def test_erase__accepts_several_and_an_address(rollcall: CommandLine, queries: FakeQueries, manage: FakeManage) -> None:
    """An address erases a family's submissions; each goes once, however often it is named."""
    sibling = replace(ADA, id="reg_01KJM2N0S0ABCDEFGHJKMNPQRV", answers={"participant": "Bo"})
    queries.entries.append(sibling)

    asked = rollcall("erase", "ADA@example.org", REFERENCE, BOB.id, "--dry-run").err
    assert "Would erase 3 submissions for good. Nothing was changed.\n" in asked
    assert all(entry.email in asked for entry in (ADA, BOB))

    ran = rollcall("erase", "ADA@example.org", REFERENCE, "--yes")
    assert (ran.code, ran.err.endswith("2 submissions erased.\n")) == (0, True)
    assert manage.asked == [("erase", ADA.id, STAFF.arn), ("erase", sibling.id, STAFF.arn)]


@pytest.mark.parametrize(
    ("target", "code"), [("nobody@example.org", 3), ("K7QM-3XTQ", 3), ("reg_01KJM2N0S0ABCDEFGHJKMNPQRT", 3)]
)
def test_erase__erases_nothing_if_one_is_not_found(
    rollcall: CommandLine, manage: FakeManage, target: str, code: int
) -> None:
    assert rollcall("erase", REFERENCE, target, "--yes").code == code
    assert manage.asked == []


def test_erase__unknown_is_not_found(rollcall: CommandLine, manage: FakeManage) -> None:
    assert rollcall("erase", "reg_01KJM2N0S0ABCDEFGHJKMNPQRT", "--yes").code == 3
    assert manage.asked == []


def test_quota_list__prints_every_counted_option(rollcall: CommandLine, queries: FakeQueries) -> None:
    """Form, option, capacity, taken, waiting; tab-separated in a pipe."""
    capacities = FORMS["registration"].capacities()
    queries.places = [QuotaState("registration", "first-robot", 12, taken=12, tickets=5, departed=2)]

    lines = rollcall("quota", "list").out.splitlines()

    assert "registration\tfirst-robot\t12\t12\t3" in lines
    assert len(lines) == len(capacities)
    assert "WAITING" in rollcall("quota", "list", terminal=True).out
    assert json.loads(rollcall("quota", "list", "--form", "registration", "--json", "all").out)[0].keys() == {
        "form",
        "option",
        "capacity",
        "taken",
        "waiting",
        "set_by",
        "set_at",
    }


def test_quota_list__says_if_there_is_nothing_to_list(rollcall: CommandLine) -> None:
    """A form without quotas, an unknown form, and a stack without forms."""
    none = rollcall("quota", "list", "--form", "contact")
    assert (none.code, none.out, none.err) == (0, "", "No seats are counted in the form contact.\n")
    unknown = rollcall("quota", "list", "--form", "registratoin")
    assert unknown.code == 3
    assert "Did you mean 'registration'?" in unknown.err
    rollcall.forms = {}
    empty = rollcall("quota", "list")
    assert empty.code == 1
    assert "rollcall site publish" in empty.err


def test_quota_set__sets_the_capacity(rollcall: CommandLine, manage: FakeManage) -> None:
    """A second run changes nothing."""
    ran = rollcall("quota", "set", "registration", "first-robot", "14", "--yes")
    again = rollcall("quota", "set", "registration", "first-robot", "14", "--yes")

    assert ran.err == f"{NAMED}registration first-robot has 14 seats, 2 taken, 0 waiting.\n"
    assert again.err == f"{NAMED}No change: registration first-robot has 14 seats, 2 taken, 0 waiting.\n"
    assert (ran.code, again.code) == (0, 0)
    assert manage.asked == [("set_capacity", "registration", "first-robot", 14, STAFF.arn, 12)]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nope", "first-robot", "14"), 3, "There is no form 'nope'"),
        (("registration", "nope", "14"), 3, "There are: first-robot"),
        (("contact", "nope", "14"), 3, "It has no limited seats."),
        (("registration", "first-robot", "many"), 2, "Write a number of seats"),
        (("registration", "first-robot", "-3"), 2, "-3 is below zero: give a number such as 3."),
        (("registration", "first-robot", "100001"), 2, "100000"),
    ],
)
def test_quota_set__reports_what_is_wrong(
    rollcall: CommandLine, manage: FakeManage, arguments: tuple[str, ...], code: int, message: str
) -> None:
    ran = rollcall("quota", "set", *arguments, "--yes")

    assert ran.code == code
    assert message in ran.err
    assert manage.asked == []


@pytest.mark.parametrize("form", list(FORMS))
@pytest.mark.parametrize("kind", list(MailKind))
def test_preview__prints_every_mail_without_a_stack(rollcall: CommandLine, form: str, kind: MailKind) -> None:
    """In every language: the subject, then the text."""
    for language in FORMS[form].languages:
        ran = rollcall("mail", "preview", form, kind, "--language", language, "--dir", str(FORMS_DIR))

        assert (ran.code, ran.err) == (0, "")
        assert ran.out.startswith("Subject: ")
        assert len(ran.out.splitlines()) > 5
    assert rollcall.connected == []


def test_preview__prints_one_part(rollcall: CommandLine) -> None:
    words = ("mail", "preview", "registration", "waitlisted", "--dir", str(FORMS_DIR))

    assert rollcall(*words, "--part", "html").out.startswith("<!")
    assert rollcall(*words, "--part", "subject").out.count("\n") == 1
    assert not rollcall(*words, "--part", "text", terminal=True).out.startswith("Subject: ")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("nope", "confirmed"), 3, "There is no form 'nope'"),
        (("contact", "nope"), 2, "already_registered"),
        (("contact", "confirmed", "--language", "xx"), 2, "has no language 'xx'. There are: en, sv."),
        (("contact", "confirmed", "--part", "nope"), 2, "subject"),
    ],
)
def test_preview__reports_what_is_wrong(
    rollcall: CommandLine, arguments: tuple[str, ...], code: int, message: str
) -> None:
    ran = rollcall("mail", "preview", *arguments, "--dir", str(FORMS_DIR))

    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err


def test_submissions__are_named_by_person_form_and_reference(rollcall: CommandLine) -> None:
    """Control characters that a visitor typed never reach the terminal."""
    ran = rollcall("erase", BOB.id, "--dry-run")

    assert (
        f"Would erase Bob \\x1b[31m (contact {display_reference(BOB.reference)}, bob@example.org), which is pending"
        in ran.err
    )
