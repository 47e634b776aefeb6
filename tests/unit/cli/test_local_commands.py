"""`rollcall local`: what it prints, with a fake system."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import guide
import pytest

from admin_cli.aws.contexts import Context
from rollcall_local.desk_users import DeskUser

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.fakes import CommandLine


@pytest.fixture
def on_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command is installed."""
    installed = tmp_path / "rollcall"
    installed.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("on_the_path")
def test_up__prints_addresses_and_adds_the_context(rollcall: CommandLine) -> None:
    """Addresses are on stdout; the steps and the next commands are on stderr."""
    ran = rollcall("local", "up")

    assert ran.code == 0
    assert ran.out.splitlines() == [
        "site\thttp://localhost:8080",
        "mailbox\thttp://localhost:8025/",
        "api\thttp://localhost:4566/api/v1",
    ]
    assert "emulator   started" in ran.err
    assert "  rollcall list\n" in ran.err
    assert rollcall.contexts.read().chosen(None).endpoint_url == "http://localhost:4566"


def test_up__not_installed__prints_commands_with_their_path(
    rollcall: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a new clone the command is in the environment that make created."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".venvs" / "dev" / "bin" / "rollcall"), "local", "up"])

    assert "  .venvs/dev/bin/rollcall list\n" in rollcall("local", "up").err


@pytest.mark.usefixtures("on_the_path")
def test_up__never_switches_the_context(rollcall: CommandLine) -> None:
    """Whoever works on prod stays there, and learns how to use the local stack."""
    prod = Context("prod", "prod", "eu-north-1")
    rollcall.contexts.write(rollcall.contexts.read().with_entry(prod))

    ran = rollcall("local", "up")

    assert rollcall.contexts.read().chosen(None) == prod
    assert "rollcall list --context local" in ran.err


def test_down__says_what_happens_to_the_data(rollcall: CommandLine) -> None:
    """Stopping keeps the data; --reset deletes it."""
    assert "kept" in rollcall("local", "down").err
    assert "Deleted" in rollcall("local", "down", "--reset").err
    assert rollcall.local.asked == ["down", "down --reset"]


def test_down__of_an_emulator_that_saves_nothing(rollcall: CommandLine) -> None:
    """What is gone is never said to be kept."""
    rollcall.local.keeps_data = False

    assert "Its mails are kept. The rest is gone: localstack saves no data." in rollcall("local", "down").err
    assert "keeps_data\tno" in rollcall("local", "status").out


def test_status__as_json_has_every_address(rollcall: CommandLine) -> None:
    """Scripts rely on these names."""
    status = json.loads(rollcall("local", "status", "--json", "all").out)

    assert status == {
        "running": True,
        "site_url": "http://localhost:8080",
        "api_url": "http://localhost:4566/api/v1",
        "endpoint_url": "http://localhost:4566",
        "mailbox_url": "http://localhost:8025/",
        "table": "rollcall-local",
        "stack": "local",
        "emulator": "ministack",
        "keeps_data": True,
        "provider": "stand-in",
        "desk_url": None,
    }


def test_status__of_a_stopped_system_fails(rollcall: CommandLine) -> None:
    """Scripts read the exit code, people what to do."""
    rollcall.local.running = False

    ran = rollcall("local", "status")

    assert ran.code == 1
    assert "running\tno" in ran.out
    assert "rollcall local up" in ran.err


PEOPLE = [
    DeskUser("manager@desk.example", "manager", "s3cret-and-long", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
    DeskUser("reader@desk.example", "reader", "another-long-one", "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"),
]


@pytest.mark.parametrize(("at", "code"), [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")])
def test_desk__shows_the_codes_of_an_authenticator_app(at: float, code: str) -> None:
    """RFC 6238, appendix B, whose key is 12345678901234567890."""
    assert PEOPLE[0].code(at) == code


def test_desk__prints_who_can_sign_in(rollcall: CommandLine) -> None:
    """A line each: name, role, password and the code of this half minute."""
    rollcall.local.people = PEOPLE
    before = PEOPLE[0].code(time.time())
    lines = [line.split("\t") for line in rollcall("local", "desk").out.splitlines()]
    assert [line[:3] for line in lines] == [[each.name, each.role, each.password] for each in PEOPLE]
    assert {line[3] for line in lines} <= {before, PEOPLE[0].code(time.time())}
    shown = json.loads(rollcall("local", "desk", "--json", "name,key").out)
    assert shown == [{"name": each.name, "key": each.key} for each in PEOPLE]


def test_desk__of_a_system_without_one(rollcall: CommandLine) -> None:
    """It says so, and a program gets an empty list."""
    assert rollcall("local", "desk").err == "The local system has no desk.\n"
    assert rollcall("local", "desk", "--json", "name").out == "[]\n"


@pytest.mark.usefixtures("on_the_path")
def test_up__with_a_desk_says_how_to_sign_in(rollcall: CommandLine) -> None:
    """The address is among the others, and the next command prints what to sign in with. Up itself prints no secret."""
    rollcall.local.people = PEOPLE
    ran = rollcall("local", "up")
    assert "desk\thttp://localhost:8080/desk/\n" in ran.out
    assert "  rollcall local desk\n" in ran.err
    assert PEOPLE[0].password not in ran.out + ran.err


def test_mail__as_json_has_every_part(rollcall: CommandLine) -> None:
    """Scripts rely on these names; `to` is a list."""
    assert json.loads(rollcall("local", "mail", "--json", "all").out) == [
        {
            "id": "01763879876543210987-1a2b3c4d",
            "at": "2026-03-01T12:30:00Z",
            "from": "Academy <forms@example.org>",
            "to": ["ada@example.org"],
            "reply_to": None,
            "subject": "We have your registration",
            "attachments": [{"name": "course.ics", "type": "text/calendar", "size": 15}],
            "text": "Hello Ada,\nwelcome.\n",
            "html": "<p>Hello Ada</p>",
        },
    ]


def test_mail__lists_and_saves_attachments(rollcall: CommandLine, tmp_path: Path) -> None:
    """Each mail gets a folder; a mail without attachments says so."""
    one = rollcall.local.mails[0].id
    assert "attached\tcourse.ics (text/calendar, 15 bytes)\n" in rollcall("local", "mail", one).out

    ran = rollcall("local", "mail", one, "--save", str(tmp_path))

    file = tmp_path / one / "course.ics"
    assert (ran.code, ran.err) == (0, f"Saved {file}\n")
    assert file.read_bytes() == b"BEGIN:VCALENDAR"
    rollcall.local.mails = []
    assert "These mails have no attachments." in rollcall("local", "mail", "--save", str(tmp_path)).err


def test_mail__is_one_line_each(rollcall: CommandLine) -> None:
    """Time, addresses, subject, ID."""
    assert rollcall("local", "mail").out == (
        "2026-03-01T12:30:00Z\tada@example.org\tWe have your registration\t01763879876543210987-1a2b3c4d\n"
    )


def test_mail__of_one_address(rollcall: CommandLine) -> None:
    """--to compares whole addresses, in any case."""
    rollcall.local.mails.append(replace(rollcall.local.mails[0], id="2", to=["staff@example.org"]))

    assert [
        mail["id"] for mail in json.loads(rollcall("local", "mail", "--json", "all", "--to", "STAFF@example.org").out)
    ] == ["2"]
    assert json.loads(rollcall("local", "mail", "--json", "all", "--to", "nobody@example.org").out) == []


def test_mail__by_id_is_shown_in_full(rollcall: CommandLine) -> None:
    """With an ID the text is printed."""
    ran = rollcall("local", "mail", "01763879876543210987-1a2b3c4d", terminal=True)

    assert "subject   We have your registration" in ran.out
    assert "          welcome." in ran.out


def test_mail__list_on_a_terminal_shows_usable_ids(rollcall: CommandLine) -> None:
    """At 80 columns too, the printed ID opens the mail."""
    rollcall.environ |= {"COLUMNS": "80", "NO_COLOR": "1"}
    listed = rollcall("local", "mail", terminal=True).out.splitlines()[1]
    assert len(listed) <= 80

    ran = rollcall("local", "mail", listed.split()[-1])
    assert (ran.code, "welcome." in ran.out) == (0, True)


def test_mail__of_a_reference_is_every_mail_about_it(rollcall: CommandLine) -> None:
    """However a person writes the reference."""
    sent = rollcall.local.mails[0]
    rollcall.local.mails = [
        replace(sent, id="1", subject="Yours: K7QM-3XTP"),
        sent,
        replace(sent, id="2", to=["staff@example.org"], text="New: K7QM-3XTP\n"),
    ]

    ran = rollcall("local", "mail", "k7qm 3xtp")

    assert [line for line in ran.out.splitlines() if line.startswith("to\t")] == [
        "to\tada@example.org",
        "to\tstaff@example.org",
    ]
    assert rollcall("local", "mail", "8D2N-4WRA").code == 3


def test_mail__never_breaks_a_link(rollcall: CommandLine) -> None:
    """Half a link opens nothing."""
    link = "https://example.org/my?t=" + "x" * 200
    rollcall.local.mails[0] = replace(rollcall.local.mails[0], text=f"See or cancel:\n{link}\n")
    rollcall.environ["COLUMNS"] = "60"

    assert link in rollcall("local", "mail", rollcall.local.mails[0].id, terminal=True).out


def test_mail__never_breaks_a_link_in_brackets(rollcall: CommandLine) -> None:
    """The footer of every mail has such a link."""
    link = "https://example.org/my?t=" + "x" * 200
    rollcall.local.mails[0] = replace(rollcall.local.mails[0], text=f"Look at what was sent ({link}), or ignore it.\n")
    rollcall.environ["COLUMNS"] = "60"

    assert link in rollcall("local", "mail", rollcall.local.mails[0].id, terminal=True).out


def test_mail__on_a_terminal_uses_the_organisations_time(
    rollcall: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """12:30 UTC is 13:30 in Stockholm, as `rollcall list` shows it."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()

    assert "2026-03-01 13:30" in rollcall("local", "mail", terminal=True).out
    assert "2026-03-01T12:30:00Z" in rollcall("local", "mail").out


def test_mail__prints_lines_without_carriage_returns(rollcall: CommandLine) -> None:
    """A mail's lines end in CRLF; what is printed ends in none."""
    sent = replace(rollcall.local.mails[0], text="Hello Ada,\r\nwelcome.\r\n")
    rollcall.local.mails[0] = sent

    assert "text\tHello Ada,\\nwelcome.\n" in rollcall("local", "mail", sent.id).out


def test_mail__unknown_id_is_not_found(rollcall: CommandLine) -> None:
    """Exit code 3, and where to look."""
    ran = rollcall("local", "mail", "nope")

    assert (ran.code, ran.out) == (3, "")
    assert "rollcall local mail" in ran.err


def test_mail__none_yet_is_reported_on_stderr(rollcall: CommandLine) -> None:
    """No data means no output."""
    rollcall.local.mails.clear()

    ran = rollcall("local", "mail")

    assert (ran.code, ran.out) == (0, "")
    assert "No mails yet." in ran.err


@pytest.mark.parametrize("line", guide.beyond("rollcall local up", "rollcall local down"))
def test_guide__commands_run(rollcall: CommandLine, line: str) -> None:
    """Each line of the staff guide that starts or stops the local system runs."""
    assert rollcall(*line.split()[1:]).code == 0
    assert rollcall.local.asked == [line.removeprefix("rollcall local ")]
