"""`rollcall list` and `rollcall show`, with fake submissions."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from shipped import SOURCES
from unit.cli.fakes import ADA, BOB, CommandLine, FakeQueries
from unit.core.builders import a_field, a_form, words

from registration_core.domain.fields import Option
from registration_core.domain.identifiers import display_reference
from registration_core.domain.mail import MailState
from registration_core.domain.records import DETAILS, FIELDS
from registration_core.domain.selection import Selection
from registration_core.domain.submission import Event, Status
from rollcall_build.forms.files import compile_forms

REFERENCE = display_reference(ADA.reference)


@pytest.fixture
def queries(rollcall_local: CommandLine) -> FakeQueries:
    rollcall_local.queries = FakeQueries()
    return rollcall_local.queries


@pytest.fixture
def rollcall(rollcall_local: CommandLine, queries: FakeQueries) -> CommandLine:
    """A command line whose stack has two submissions."""
    assert queries.entries
    return rollcall_local


def test_list__is_tab_separated_in_a_pipe(rollcall: CommandLine) -> None:
    """Newest first: reference, time, form, status, e-mail, ID, then name and option."""
    assert rollcall("list").out.splitlines() == [
        f"{REFERENCE}\t2026-03-01T12:30:05.250Z\tregistration\tconfirmed\tada@example.org\t{ADA.id}\t\t",
        f"{display_reference(BOB.reference)}\t2026-02-01T00:00:00Z\tcontact\tpending\tbob@example.org\t{BOB.id}\t\t",
    ]


def test_list__is_a_table_on_a_terminal(rollcall: CommandLine) -> None:
    """It has a header, and as many columns as fit."""
    rollcall.environ["COLUMNS"] = "150"
    lines = rollcall("list", terminal=True).out.splitlines()

    assert len(lines) == 3
    assert "REFERENCE" in lines[0]
    assert REFERENCE in lines[1]
    assert ADA.id in lines[1]


def test_list__passes_every_option_to_the_service(rollcall: CommandLine, queries: FakeQueries) -> None:
    """Every option reaches the service."""
    options = ["--status", "pending", "--since", "2026-01-01T00:00Z", "--until", "2026-03-01T00:00Z", "--option", "a"]
    assert rollcall("list", "--form", "contact", "--limit", "5", *options).code == 0

    since, until = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    selection = Selection("contact", frozenset({Status.PENDING}), since, until, "a")
    assert queries.asked == [{"selection": selection, "limit": 5, "cursor": None}]


def test_list__says_how_to_continue(rollcall: CommandLine, queries: FakeQueries) -> None:
    """Every format prints a command on stderr that lists what follows."""
    for options in ("", " --json id", " --jsonl"):
        ran = rollcall("list", "-L", "1", *options.split())
        assert ran.err == f"More: rollcall list --limit 1 --cursor {ADA.id}{options}\n"
    assert rollcall("list", "-L", "1", terminal=True).err == f"More: rollcall list --limit 1 --cursor {ADA.id}\n"
    ran = rollcall("list", "--form", "registration", "--status", "pending,confirmed", "--since", "1y", "-L", "1")
    assert ran.err in (
        "",
        f"More: rollcall list --form registration --status pending,confirmed --since 1y --limit 1 --cursor {ADA.id}\n",
    )

    ran = rollcall("list", "--limit", "1", "--cursor", ADA.id)
    assert (BOB.id in ran.out, ADA.id in ran.out, ran.err) == (True, False, "")
    assert queries.asked[-1]["cursor"] == ADA.id


def test_list__prints_the_first_before_the_last_is_read(rollcall: CommandLine, queries: FakeQueries) -> None:
    """In a pipe it prints line by line."""
    read_by_then: list[int] = []

    class Pipe(io.StringIO):
        def write(self, text: str) -> int:
            read_by_then.append(queries.read)
            return super().write(text)

    queries.entries = [replace(ADA, id=f"reg_{n}") for n in range(450)]
    assert rollcall("list", "--limit", "430", out=Pipe()).out.count("\n") == 430
    assert (read_by_then[0], queries.read) == (1, 431)


def test_list__json_prints_the_named_fields(rollcall: CommandLine) -> None:
    """Fields come in the order given; answers have their names, and a missing one is null."""
    entries = json.loads(rollcall("list", "--json", "email,answers.course,reference").out)

    assert entries == [
        {"email": "ada@example.org", "answers.course": "robotics", "reference": REFERENCE},
        {"email": "bob@example.org", "answers.course": None, "reference": display_reference(BOB.reference)},
    ]
    assert list(entries[0]) == ["email", "answers.course", "reference"]


@pytest.mark.parametrize("arguments", [["list", "--json"], ["list", "--json", "--form", "contact"]])
def test_list__json_alone_lists_the_fields(rollcall: CommandLine, arguments: list[str]) -> None:
    """As gh does; it does not contact the stack."""
    assert rollcall(*arguments).out.splitlines() == list(FIELDS)
    assert rollcall.connected == []


def test_list__json_with_an_unknown_field_lists_the_fields(rollcall: CommandLine) -> None:
    """It is a usage error, raised before any request."""
    ran = rollcall("list", "--json", "id,mail")

    assert (ran.code, ran.out) == (2, "")
    assert "There is no field 'mail'. Did you mean 'email'? There are: id, reference," in ran.err


def test_list__jsonl_prints_whole_submissions(rollcall: CommandLine) -> None:
    """One object a line, with all fields."""
    lines = rollcall("list", "--jsonl").out.splitlines()

    assert [json.loads(line)["id"] for line in lines] == [ADA.id, BOB.id]
    assert tuple(json.loads(lines[0])) == FIELDS
    assert all("\x1b" not in line for line in lines)


def test_list__of_one_status_counts_what_it_prints(rollcall: CommandLine, queries: FakeQueries) -> None:
    """It does not count what it reads."""
    queries.entries = [replace(ADA, id=f"reg_{n}") for n in range(250)] + [replace(BOB, id=f"msg_{n}") for n in (1, 2)]

    assert json.loads(rollcall("list", "--status", "pending", "--limit", "1", "--json", "id").out) == [{"id": "msg_1"}]
    assert rollcall("list", "--status", "spam", terminal=True).err == "No submissions match.\n"


def test_list__suggests_the_nearest_status(rollcall: CommandLine) -> None:
    """It is a usage error, raised before any request."""
    ran = rollcall("list", "--status", "pendng")

    assert (ran.code, ran.out) == (2, "")
    assert "Did you mean 'pending'?" in ran.err


def test_list__empty__prints_nothing(rollcall: CommandLine, queries: FakeQueries) -> None:
    """An empty list is an empty stdout, or an empty array."""
    queries.entries = []

    assert rollcall("list").out == ""
    assert json.loads(rollcall("list", "--json", "id").out) == []
    assert rollcall("list", terminal=True).err == "No submissions yet.\n"


def test_list__unknown_form_is_not_found(rollcall: CommandLine) -> None:
    """Exit code 3."""
    assert rollcall("list", "--form", "nope").code == 3


@pytest.mark.parametrize("key", [ADA.id, REFERENCE, ADA.reference])
def test_show__by_id_or_reference(rollcall: CommandLine, key: str) -> None:
    """It prints the submission, its answers, mails and history, a name and a value a line."""
    lines = dict(line.split("\t") for line in rollcall("show", key).out.splitlines())

    assert lines["id"] == ADA.id
    assert lines["reference"] == REFERENCE
    assert lines["submitted_at"] == "2026-03-01T12:30:05.250Z"
    assert lines["answers.days"] == "mon, tue"
    assert lines["answers.consent"] == "yes"
    assert lines["mails.confirmed"] == "sent"
    assert lines["history.submitted"] == "2026-03-01T12:30:05.250Z"


@pytest.mark.parametrize("arguments", [["show", REFERENCE, "--json", "all"], ["show", "--json=all", REFERENCE]])
def test_show__json_prints_everything(rollcall: CommandLine, arguments: list[str]) -> None:
    """The whole submission, with its history and mails."""
    shown_json = json.loads(rollcall(*arguments).out)

    assert tuple(shown_json) == (*FIELDS, *DETAILS)
    assert shown_json["answers"] == {
        "name": "Ada Lovelace",
        "course": "robotics",
        "days": ["mon", "tue"],
        "consent": True,
    }
    assert shown_json["mails"] == [
        {
            "kind": "confirmed",
            "copy": 0,
            "sending": None,
            "state": "sent",
            "asked_at": None,
            "sent_at": "2026-03-01T12:30:05.250Z",
            "message_id": "m-1",
            "attempts": 1,
            "problem": None,
        },
    ]


@pytest.mark.parametrize("arguments", [["show", REFERENCE, "--json"], ["show", "--json", REFERENCE]])
def test_show__json_alone_lists_the_fields(rollcall: CommandLine, arguments: list[str]) -> None:
    """As in every command; a reference is never mistaken for fields."""
    assert rollcall(*arguments).out.splitlines() == [*FIELDS, *DETAILS]
    assert rollcall.connected == []


def test_show__json_prints_the_named_fields(rollcall: CommandLine) -> None:
    """As in `list`, plus history and mails."""
    shown_json = json.loads(rollcall("show", BOB.id, "--json", "answers.message,history").out)

    assert shown_json["answers.message"] == "Hello\nthere"
    assert [event["what"] for event in shown_json["history"]] == ["submitted"]


@pytest.mark.parametrize("state", list(MailState))
def test_show__prints_the_outcome_of_each_mail(rollcall: CommandLine, queries: FakeQueries, state: MailState) -> None:
    """This includes bounced, and suppressed after an earlier bounce."""
    queries.mails = (("confirmed", state), ("staff", "sent"))

    assert f"mails.confirmed\t{state}\nmails.staff\tsent\n" in rollcall("show", REFERENCE).out


def test_show__uses_the_forms_own_words_on_a_terminal(rollcall: CommandLine) -> None:
    """Answers have their labels and the form's order; options have their labels."""
    course = a_field("choice", "course", options=(Option("robotics", words("Robots for all")),))
    rollcall.forms = {"registration": a_form(course, a_field("text", "name"), name="registration")}

    lines = rollcall("show", REFERENCE, terminal=True).out.splitlines()

    answers = lines[lines.index("\x1b[1mAnswers\x1b[0m") + 1 :][:4]
    assert [re.split("  +", line) for line in answers] == [
        ["Course (course)", "Robots for all (robotics)"],
        ["Name (name)", "Ada Lovelace"],
        ["days", "mon, tue"],
        ["consent", "yes"],
    ]


def test_show__of_an_older_version_uses_its_words(rollcall: CommandLine) -> None:
    """If the stack lost that version, answers appear under their field names, and `show` says so."""
    rollcall.forms = {"registration": a_form(a_field("text", "name"), name="registration", version="b" * 12)}
    ran = rollcall("show", REFERENCE, terminal=True)
    assert f"{ADA.form_version} (a version that was not kept)" in ran.out
    assert re.search("^name +Ada Lovelace$", ran.out, re.MULTILINE)

    rollcall.versions = {ADA.form_version: a_form(a_field("text", "name"), version=ADA.form_version)}
    ran = rollcall("show", REFERENCE, terminal=True)
    assert f"{ADA.form_version} (an earlier version of the form)" in ran.out
    assert re.search(r"^Name \(name\) +Ada Lovelace$", ran.out, re.MULTILINE)


def test_show__prints_ticket_and_rank(rollcall: CommandLine, queries: FakeQueries) -> None:
    """The ticket as drawn, and the rank as of today."""
    queries.entries = [replace(ADA, status=Status.WAITLISTED, option="robotics", position=14)]

    assert "option\trobotics\nposition\t14\nrank\t3\n" in rollcall("show", REFERENCE).out
    assert json.loads(rollcall("show", REFERENCE, "--json", "position,rank").out) == {"position": 14, "rank": 3}


def test_show__reports_a_mail_that_may_have_gone_out_twice(rollcall: CommandLine, queries: FakeQueries) -> None:
    queries.attempts = 2

    assert "mails.confirmed\tsent\nmails.confirmed.attempts\t2\n" in rollcall("show", REFERENCE).out
    assert "2: it may have gone out more than once" in rollcall("show", REFERENCE, terminal=True).out


def test_history__says_when_what_and_by_whom(rollcall: CommandLine, queries: FakeQueries) -> None:
    """Oldest first; programs get the whole ARN, people its end."""
    queries.events = [
        Event("1", ADA.submitted_at, "submitted", "registrant", Status.CONFIRMED, 1),
        Event("2", ADA.submitted_at, "cancelled", "arn:aws:sts::000000000000:assumed-role/staff/per@example.org"),
    ]

    assert rollcall("history", REFERENCE).out.splitlines() == [
        "2026-03-01T12:30:05.250Z\tsubmitted\tconfirmed\tregistrant",
        "2026-03-01T12:30:05.250Z\tcancelled\t\tarn:aws:sts::000000000000:assumed-role/staff/per@example.org",
    ]
    assert (
        rollcall("history", REFERENCE, terminal=True)
        .out.splitlines()[-1]
        .endswith("assumed-role/staff/per@example.org")
    )
    events = json.loads(rollcall("history", REFERENCE, "--json", "what,status,by").out)
    assert events[0] == {"what": "submitted", "status": "confirmed", "by": "registrant"}
    assert rollcall("history", REFERENCE, "--json").out.split() == [
        "at",
        "what",
        "by",
        "status",
        "version",
        "was",
        "moved_from",
        "moved_to",
    ]


def test_history__reports_a_mistyped_reference_first(rollcall: CommandLine) -> None:
    assert rollcall("history", "K7QM-3XTQ").code == 3
    assert rollcall.connected == []


def test_show__never_prints_an_escape_sequence(rollcall: CommandLine) -> None:
    """A visitor's name can't colour the reader's terminal; a message keeps its lines."""
    out = rollcall("show", BOB.id, terminal=True).out

    assert r"Bob \x1b[31m" in out
    assert "Hello\n" in out
    assert "there\n" in out


@pytest.mark.parametrize("key", ["reg_01KJM2N0S0ABCDEFGHJKMNPQRT", "msg_1"])
def test_show__unknown_is_not_found(rollcall: CommandLine, key: str) -> None:
    """Exit code 3, and where to look."""
    ran = rollcall("show", key)

    assert (ran.code, ran.out) == (3, "")
    assert key in ran.err
    assert "rollcall list" in ran.err


def test_show__reports_a_mistyped_reference_first(rollcall: CommandLine) -> None:
    """The check letter reveals it."""
    last = "A" if REFERENCE[-1] != "A" else "B"

    ran = rollcall("show", REFERENCE[:-1] + last)

    assert (ran.code, ran.out) == (3, "")
    assert "typing error" in ran.err
    assert rollcall.connected == []


@pytest.mark.parametrize("command", [("list",), ("show", ADA.id)])
def test_json__an_answer_of_no_form_is_refused(rollcall: CommandLine, command: tuple[str, ...]) -> None:
    """It is refused like any unknown field; answers of earlier form versions are known."""
    form = a_form(a_field("text", "name"), name="registration")
    earlier = a_form(a_field("text", "shoe"), name="registration", version="000000000000")
    rollcall.forms, rollcall.versions = {"registration": form}, {earlier.version: earlier}

    ran = rollcall(*command, "--json", "id,answers.nmae")

    assert (ran.code, ran.out) == (2, "")
    assert "There is no field 'answers.nmae'. Did you mean 'name'? There are: answers.name, answers.shoe." in ran.err
    assert rollcall(*command, "--json", "id,answers.shoe").code == 0


@pytest.mark.parametrize(
    ("language", "asked", "chosen"), [("en", "Course", "My first robot"), ("sv", "Kurs", "Min första robot")]
)
def test_show__copy_uses_the_forms_words_and_the_language(
    rollcall: CommandLine, queries: FakeQueries, language: str, asked: str, chosen: str
) -> None:
    """It is for somebody who asks for their data: no field names, no option values, no UTC."""
    form = compile_forms(SOURCES.forms)["registration"]
    answers = {
        "participant": "Åsa Öberg",
        "course": "first-robot",
        "birth_date": "2018-04-30",
        "needs": "Nuts\nand cats",
    }
    queries.entries = [replace(ADA, language=language, form_version=form.version, answers=answers)]
    rollcall.forms = {"registration": form}
    copy = rollcall("show", ADA.id, "--copy").out
    assert copy.startswith(f"{form.title.in_language(language)}\n\n")
    assert f"\n{asked}\n    {chosen}\n" in copy
    assert "    Nuts\n    and cats" in copy
    assert display_reference(ADA.reference) in copy
    assert not re.search(r"participant|first-robot|2018-04-30|UTC|answers\.", copy)
