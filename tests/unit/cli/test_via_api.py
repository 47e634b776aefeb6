"""Commands through the staff API: the same output as on the table itself."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest
from unit.cli.api_office import ApiOffice, problem
from unit.handlers.staff_office import COLLEAGUE, MANAGER, READER, MemoryServices

from admin_cli.errors import ExitCode
from admin_cli.staff_api.api import PAUSES_S
from admin_cli.staff_api.transport import Answer, NoAnswerError
from registration_core.domain.identifiers import display_reference

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

COURSE = "first-robot"
HEADING = "Stack test, account 000000000000, eu-north-1"
API_HEADING = f"Stack test, through its staff API, as {MANAGER}"


@pytest.fixture
def office(tmp_path: Path) -> ApiOffice:
    return ApiOffice(tmp_path)


@pytest.mark.parametrize(
    "command",
    [
        "list",
        "list --json",
        "list --jsonl --limit 2",
        "list --form registration --option first-robot --status confirmed,waitlisted --sort name",
        "list --columns name,rank,labels,notes,checked_in",
        "list --since 7d --until 2099-01-01",
        "list --label paid",
        "search 1@example.org",
        "search example --json",
        "stats",
        "stats --by week --json",
        "quota list",
        "quota list --json",
        "quota waiting registration first-robot",
        "attendance registration --option first-robot",
        "history --since 2020-01-01",
        "history --since 2020-01-01 --by staff --json",
        "list --form nosuch",
        "list --option nosuch",
        "search K7QM-3XTP",
        "export --form registration --format csv",
        "export --format jsonl",
        "export --form registration --format json --status waitlisted --columns reference,rank,notes --sort name",
    ],
)
def test_command__prints_the_same_in_both_ways(office: ApiOffice, command: str) -> None:
    stack = office.office
    stack.clock.at = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)  # exports have their own clock
    MemoryServices(stack).manage().set_capacity("registration", COURSE, 2)
    entries = [stack.register(course=COURSE) for _ in range(4)] + [stack.register("contact")]
    assert office("label", "add", "paid", display_reference(entries[0].reference), "--yes").code == 0
    assert office("note", "add", "Called: no answer", entries[1].id, "--yes").code == 0
    ran = office.both(*command.split())
    assert not command.startswith("export") or len(ran.out.splitlines()) > 1


def direct_and_api(tmp_path: Path, *commands: str, seats: int = 1, people: int = 3) -> tuple[ApiOffice, str]:
    """Run the same commands on two equal stacks, on one through its API, and return that one and what it printed.

    {0}, {1}: the references of who registered first and second.
    """
    told = []
    for via in ("aws", "api"):
        made = ApiOffice(tmp_path / via)
        MemoryServices(made.office).manage().set_capacity("registration", COURSE, seats)
        entries = [made.office.register(course=COURSE, participant=f"Person {n}") for n in range(people)]
        references = [display_reference(each.reference) for each in entries]
        printed = ""
        for command in commands:
            ran = made(*(word.format(*references) for word in shlex.split(command)), via=via)
            printed += f"{ran.code} {ran.out}{ran.err}"
        shown = [made("show", each, "--json", "all", via="aws").out for each in references]
        told.append((printed.replace(f" --via {via}", ""), shown))
    (directly, stored), (through_api, stored_by_api) = told
    assert through_api == directly.replace(HEADING, API_HEADING)
    assert stored_by_api == stored
    return made, through_api


@pytest.mark.parametrize(
    "commands",
    [
        ("status cancel {0} --yes", "status restore {0} --yes"),
        ("status cancel {0} {1} --dry-run",),
        ("status cancel {0} {1} --yes", "status cancel {0} --yes", "status promote registration first-robot --yes"),
        ("status set {0} spam --yes", "status set {0} confirmed --yes", "status set {1} confirmed --yes"),
        ("status promote registration first-robot --dry-run", "quota set registration first-robot +1 --yes"),
        ("quota set registration first-robot 2 --dry-run", "quota set registration first-robot 1 --yes"),
        ("quota set registration first-robot 0 --yes", "quota set registration nosuch 4 --yes"),
        ("edit {0} participant='New Name' --yes", "edit {0} participant='New Name' --yes"),
        ("edit {0} email=not-an-address phone=1 --yes", "edit {0} nosuch=1 --yes", "edit {0} status=x --yes"),
        ("edit {0} birth_date=2012-05-05 course=line-followers --yes", "edit {1} course=nosuch --yes"),
        ("edit {1} birth_date=2012-05-05 course=line-followers --dry-run",),
        ("label add paid {0} {1} --yes", "label remove paid {0} {1} --yes", "label add a {0} --dry-run"),
        ("label add 'two words' {0} --yes",),
        ("check-in {0} --yes", "check-in {0} --yes", "check-in {0} --undo --yes", "check-in {1} --yes"),
        ("erase {0} --yes", "erase {0} --yes", "status restore {0} --yes", "edit {0} participant=X --yes"),
        ("mail resend {0} --dry-run", "mail resend {0} --yes", "mail resend {0} nosuch --yes"),
        ("mail resend {0} promoted --yes", "mail resend {0} --again --no-wait --yes"),
        ("show K7QM-3XTP", "show {0}", "history {0}"),
    ],
)
def test_changes__say_and_store_the_same_in_both_ways(tmp_path: Path, commands: tuple[str, ...]) -> None:
    """Everything but the first line: it names who is signed in, because nobody has an AWS account."""
    direct_and_api(tmp_path, *commands)


def again(office: ApiOffice) -> tuple[str, str]:
    """Cancel a registration and register the same person again; return both references."""
    first = office.office.register(course=COURSE, participant="Åsa", email="asa@example.org")
    assert office("status", "cancel", first.id, "--yes").code == 0
    second = office.office.register(course=COURSE, participant="Åsa", email="asa@example.org")
    return display_reference(first.reference), display_reference(second.reference)


@pytest.mark.parametrize("command", ["status restore {0}", "status restore {0} --dry-run", "edit {2} email={3}"])
def test_person_who_registered_again__is_named_in_both_ways(office: ApiOffice, command: str) -> None:
    """The API knows the guards, and says which other submission the person has."""
    first, second = again(office)
    third = office.office.register(course=COURSE, participant="Åsa", email="other@example.org")
    words = command.format(first, second, display_reference(third.reference), "asa@example.org").split()
    words += [] if "--dry-run" in words else ["--yes"]
    through_api, directly = office(*words), office(*words, via="aws")
    assert through_api.code == 1
    assert second in through_api.err
    assert through_api.err == directly.err.replace(HEADING, API_HEADING)


def test_reader__may_look_and_is_told_whom_to_ask(office: ApiOffice) -> None:
    entry = office.office.register(course=COURSE)
    office.who = READER
    assert office("show", entry.id).code == 0
    ran = office("status", "cancel", entry.id, "--yes")
    assert ran.code == 4
    assert "You can look at submissions but not change them. Ask a manager to do it." in ran.err
    assert office.office.table.get(entry.id).status == "confirmed"


def test_nobody_signed_in__is_told_the_command(office: ApiOffice) -> None:
    office.before = lambda _method, _url: problem(401, "not_signed_in", "You are not signed in.")
    ran = office("list")
    assert (ran.code, ran.err) == (4, "error: You are not signed in.\nSign in: rollcall login\n")


def test_lost_race__says_who_changed_what(office: ApiOffice) -> None:
    """A colleague changes the same submission between the question and the answer."""
    entry = office.office.register(course=COURSE)
    colleagues = []

    def interfere(method: str, url: str) -> None:
        if method == "PATCH" and colleagues:
            change = {"answers": {"phone": "+46 70 000 00 00"}}
            office.office.call(
                "PATCH",
                f"/staff/submissions/{entry.id}/answers",
                body=change,
                who=COLLEAGUE,
                headers={"If-Match": '"1"'},
            )
        colleagues.append(url) if method == "PATCH" else None

    office.before = interfere
    ran = office("edit", entry.id, "participant=New", "--yes")
    assert ran.code == 1
    assert "Someone else changed" in ran.err
    assert f"edited phone, by {COLLEAGUE}" in ran.err
    assert "phone is now '+46700000000'" in ran.err
    assert office.office.table.get(entry.id).answers["participant"] != "New"


def test_capacity_changed_meanwhile__says_by_whom(office: ApiOffice) -> None:
    MemoryServices(office.office).manage().set_capacity("registration", COURSE, 10)

    def interfere(method: str, _url: str) -> None:
        if method == "PUT":
            MemoryServices(office.office).manage().set_capacity("registration", COURSE, 5, by=COLLEAGUE)

    office.before = interfere
    ran = office("quota", "set", "registration", COURSE, "11", "--yes")
    assert ran.code == 1
    assert f"error: {COLLEAGUE} gave registration first-robot 5 seats" in ran.err


def test_lost_answer__is_asked_for_again_and_done_once(office: ApiOffice) -> None:
    """The API did it, but its answer got lost."""
    entry = office.office.register(course=COURSE)
    transport, lost = office.transport, []

    def losing(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        answer = transport(method, url, headers, body)
        if method == "POST" and len(lost) < 2:
            lost.append(answer)
            raise NoAnswerError("Connection reset by peer")
        return answer

    office.transport = losing  # type: ignore[method-assign]
    ran = office("status", "cancel", entry.id, "--yes")
    assert ran.code == 0
    assert "The staff API doesn't answer (Connection reset by peer). Trying again in 0.5 s ..." in ran.err
    events = office.office.table.details(entry.id).events
    assert [event.what for event in events] == ["submitted", "cancelled"]
    assert office.waited == [0.5, 1.5]


def test_api_down__ends_with_what_to_do(office: ApiOffice) -> None:
    def down(_method: str, _url: str) -> Answer:
        raise NoAnswerError("Connection refused")

    office.before = down
    ran = office("list")
    assert ran.code == 1
    assert ran.err.endswith(
        "error: The staff API doesn't answer (Connection refused).\n"
        "Check the network, then run the same command again. Nothing is done twice.\n"
    )
    assert office.waited == list(PAUSES_S)


def test_busy_api__is_asked_again_and_then_explained(office: ApiOffice) -> None:
    office.before = lambda _method, _url: problem(503, "storage_unavailable", "We can't reach the submissions.")
    ran = office("quota", "list")
    assert ran.code == 1
    assert "(HTTP status 503). Trying again" in ran.err
    assert "error: We can't reach the submissions.\n" in ran.err


def test_not_found__is_understood_behind_cloudfront(office: ApiOffice) -> None:
    """With one_origin, CloudFront answers a 404 of the API with the site's own page."""
    page = Answer(404, {"content-type": "text/html"}, b"<!doctype html>")
    office.before = lambda _method, url: page if "submissions/" in url else None
    ran = office("show", "K7QM-3XTP")
    assert (ran.code, ran.err.splitlines()[0]) == (ExitCode.NOT_FOUND, 'error: There is no "K7QM-3XTP" in the stack.')


@pytest.mark.parametrize(
    "date", ["soon", "Fri, 01 Jan 2027 00:00:00 -0000", "Fri, 01 Jan 2027 00:00:00 +99999999999999999"]
)
def test_strange_date_of_an_answer__changes_nothing(office: ApiOffice, date: str) -> None:
    entry, transport = office.office.register(course=COURSE), office.transport

    def dated(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        answer = transport(method, url, headers, body)
        return Answer(answer.status, {**answer.headers, "date": date}, answer.body)

    office.transport = dated  # type: ignore[method-assign]
    ran = office("show", entry.id)
    assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize("hours", [-1, 2])
def test_clock_far_off__is_said_and_the_apis_time_counts(office: ApiOffice, hours: int) -> None:
    entry = office.office.register(course=COURSE)
    there = office.office.clock.now() + timedelta(hours=hours)
    transport = office.transport

    def dated(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        answer = transport(method, url, headers, body)
        return Answer(answer.status, {**answer.headers, "date": format_datetime(there, usegmt=True)}, answer.body)

    office.transport = dated  # type: ignore[method-assign]
    ran = office("show", entry.id)
    assert ran.code == 0
    side = "behind" if hours > 0 else "ahead"
    assert ran.err == f"This machine's clock is {abs(hours) * 60} minutes {side}.\n"


@pytest.mark.parametrize(
    "command",
    ["mail list", "mail failed", "keys adopt --yes", "doctor", "staff list", "import a.csv --form contact --yes"],
)
def test_command_that_needs_aws__says_so(office: ApiOffice, command: str) -> None:
    (office.folder / "a.csv").write_text("name;email;message\nA;a@example.org;Hello\n", encoding="utf-8")
    ran = office(*(word.replace("a.csv", str(office.folder / "a.csv")) for word in command.split()))
    assert ran.code == 2
    assert "error: This command needs AWS rights to the stack; it can't be used through the staff API.\n" in ran.err


def test_older_api__names_the_version(office: ApiOffice) -> None:
    refusal = problem(400, "invalid_parameter", 'There is no parameter "whole" here.')
    office.before = lambda _method, url: refusal if "whole" in url else None
    ran = office("list")
    assert ran.code == 1
    assert "The stack may have another version of Rollcall." in ran.err


def test_many__are_read_page_by_page(office: ApiOffice) -> None:
    """More submissions and events than one answer has."""
    entries = [office.office.register("contact") for _ in range(255)]
    for number in range(255):
        MemoryServices(office.office).manage().label(entries[0].id, "paid", on=number % 2 == 0, by=MANAGER)
    for command in ("list --limit 300", "stats", "export --format jsonl --quiet", "history --since 2020-01-01"):
        assert office.both(*command.split()).code == 0
    pages = [line for line in office.asked if "cursor=" in line]
    assert {line.partition("?")[0] for line in pages} == {"GET /staff/submissions", "GET /staff/history"}
