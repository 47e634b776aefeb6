"""What holds for every command: at any width, in a pipe, with whatever people type."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import typer
from rich.cells import cell_len
from unit.cli.fakes import ADA, BOB, CommandLine, FakeQueries
from unit.cli.office import Office, called
from unit.core.builders import a_field, a_form, words

from admin_cli.app import app
from admin_cli.catalogue import COMMANDS
from admin_cli.terminal.help import HELP_OPTIONS
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.fields import Option
from registration_core.domain.identifiers import display_reference
from registration_core.domain.quota import Quota, QuotaState
from registration_core.domain.submission import Event, Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registration_core.domain.submission import Submission

HARM = "\x1b[2J\x9b31m\x07\x00\u202egpj.exe\u2066\u200b\u2028\U000e0041"
HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2066-\u2069\U000e0000-\U000e007f]")
REFERENCE = display_reference(ADA.reference)
WAITING = replace(
    ADA,
    status=Status.WAITLISTED,
    option="robots",
    position=2,
    email=f"a{HARM}@example.org",
    answers={"name": f"山田 👩‍🚀 e\u0301 {HARM}", f"odd{HARM}": "long " * 60, "note": f"one\ntwo{HARM}"},
)

#: Every command that lists or shows submissions.
SEEING = [
    ["list"],
    ["list", "--json", "all"],
    ["list", "--jsonl"],
    ["show", REFERENCE],
    ["show", REFERENCE, "--json", "all"],
    ["history", REFERENCE],
    ["search", "one"],
    ["search", REFERENCE],
    ["stats"],
    ["quota", "list"],
]


@pytest.fixture
def rollcall(rollcall_local: CommandLine) -> CommandLine:
    """A stack with hostile visitors and forms."""
    queries = FakeQueries()
    queries.entries = [WAITING, replace(BOB, email="æøå@例え.テスト" + "x" * 80)]
    queries.events = [Event("1", ADA.submitted_at, f"submitted{HARM}", f"arn:aws:iam::0:user/{HARM}")]
    queries.places = [QuotaState("registration", "robots", 12, 9), QuotaState("registration", f"code{HARM}", 1, 1, 3)]
    options = tuple(Option(name, words(f"{name} 山田"), capacity=2) for name in ("robots", f"code{HARM}"))
    fields = (a_field("choice", "course", options=options), a_field("text", "name"))
    rollcall_local.queries = queries
    rollcall_local.forms = {"registration": a_form(*fields, name="registration", quota=Quota("course"))}
    return rollcall_local


@pytest.mark.parametrize("flag", ["-q", "--quiet"])
def test_quiet__omits_progress_and_hints(rollcall: CommandLine, flag: str) -> None:
    """It works anywhere on the line."""
    assert "Reading every submission" in rollcall("search", "one").err
    assert rollcall("search", "one", flag).err == ""
    assert rollcall(flag, "search", "one").out == rollcall("search", "one").out

    assert rollcall("list", flag, "--form", "nope").err.startswith("error: There is no form")


@pytest.mark.parametrize("flag", ["-q", "--quiet"])
def test_quiet__still_says_what_a_change_does_and_did(rollcall: CommandLine, flag: str) -> None:
    """It names the stack, the submissions, who is promoted and the outcome."""
    office = Office(rollcall)
    entry, other = (office.register(name, email="fam@example.org") for name in ("Åsa Ek", "Bo Ek"))
    office.seats(capacity=2)
    waiting = office.register("Cim Ek", email="cim@example.org")

    dry = rollcall("status", "cancel", entry.id, "--dry-run", flag).err
    assert dry.startswith("Stack local, account ")
    assert f"  {called(entry)}, which is confirmed\n  will be promoted and mailed: {called(waiting)}, ticket 1\n" in dry
    assert dry.endswith("Would cancel 1 submission. Nothing was changed.\n")

    asked = rollcall("erase", "fam@example.org", flag, typed="y\n").err
    assert asked.startswith("Stack local, account ")
    assert f"  {called(other)}, which is confirmed\n" in asked
    assert f"  will be promoted and mailed: {called(waiting)}, ticket 1\nErase 2 submissions for good?\ny/N: " in asked
    assert "2 submissions erased.\n" in asked
    assert f"{called(office.get(waiting))} was promoted" in asked


def test_quiet__names_wrong_rows_and_failures(rollcall: CommandLine, tmp_path: Path) -> None:
    office = Office(rollcall)
    file = tmp_path / "letters.csv"
    file.write_text("name,email,topic,message,consent\nBo Ek,bo at example.org,,Hello,yes\n", encoding="utf-8")

    ran = office.line("import", str(file), "--form", "contact", "--yes", "-q")

    assert ran.code == 1
    assert f"{file}, row 2, column B (email): " in ran.err
    assert ran.err.endswith("See what the form asks: rollcall forms show contact\n")


def test_quiet__names_what_failed_of_many(rollcall: CommandLine) -> None:
    office = Office(rollcall)
    first, second = office.register("Bo Ek"), office.register("Cim Ek")

    class Stumbling(type(office.manage)):  # type: ignore[misc]
        def cancel(self, submission_id: str, **asked: Any) -> Submission:
            if submission_id == first.id:
                raise StorageUnavailableError("Not now.")
            return super().cancel(submission_id, **asked)  # type: ignore[no-any-return]

    office.manage.__class__ = Stumbling

    ran = office.line("status", "cancel", first.id, second.id, "--yes", "-q")

    assert ran.code == 1
    assert f"{called(first)} was not cancelled: " in ran.err


@pytest.mark.parametrize("arguments", SEEING, ids=" ".join)
@pytest.mark.parametrize("terminal", [True, False])
def test_output__is_harmless(rollcall: CommandLine, arguments: list[str], *, terminal: bool) -> None:
    """It holds no escape sequences and no characters that reverse or hide text, in any format."""
    rollcall.environ["NO_COLOR"] = "1"
    ran = rollcall(*arguments, terminal=terminal)

    assert ran.code == 0
    assert not HARMFUL.search(ran.out + ran.err)
    assert terminal or "\x1b" not in ran.out


@pytest.mark.parametrize(
    "arguments",
    [
        [f"li{HARM}st"],
        ["list", f"--fo{HARM}rm"],
        ["list", "--form", HARM],
        ["list", "--option", HARM],
        ["list", "--status", HARM],
        ["list", "--since", HARM],
        ["list", "--cursor", HARM],
        ["list", "--json", HARM],
        ["list", HARM],
        ["show", f"reg_{HARM}"],
        ["show", HARM],
        ["search", f"reg_{HARM}"],
        ["history", HARM],
        ["quota", HARM],
        ["quota", "list", "--form", HARM],
        ["context", "use", HARM],
        ["list", "--context", HARM],
    ],
    ids=lambda arguments: " ".join(word if HARM not in word else "x" for word in arguments),
)
def test_error__is_harmless(rollcall: CommandLine, arguments: list[str]) -> None:
    """Whatever was mistyped or pasted is reported without its harm and without a stack trace."""
    ran = rollcall(*arguments, terminal=True)

    assert ran.code in (0, 1, 2, 3)
    assert not HARMFUL.search(ran.err)
    assert "Traceback" not in ran.err
    assert "Unexpected error" not in ran.err


@pytest.mark.parametrize("width", [20, 33, 50, 80, 120, 300])
@pytest.mark.parametrize(
    "arguments", [each for each in SEEING if "--json" not in each[-2:] and "--jsonl" not in each], ids=" ".join
)
def test_output__fits_a_terminal_of_any_width(rollcall: CommandLine, arguments: list[str], width: int) -> None:
    """Wide and combining characters count as they are seen."""
    rollcall.environ |= {"COLUMNS": str(width), "NO_COLOR": "1"}

    lines = rollcall(*arguments, terminal=True).out.splitlines()

    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("setting", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize("arguments", SEEING, ids=" ".join)
def test_colour__is_omitted_when_unwanted(
    rollcall: CommandLine, arguments: list[str], setting: dict[str, str], *, terminal: bool
) -> None:
    rollcall.environ |= setting

    assert "\x1b" not in rollcall(*arguments, terminal=terminal).out


def with_json() -> Iterator[tuple[list[str], int]]:
    """Return every command that takes --json: its words, and how many arguments it needs."""
    root = typer.main.get_command(app)
    ctx = typer.Context(root, **HELP_OPTIONS)
    for noun in COMMANDS:
        command = root.get_command(ctx, noun)
        verbs = getattr(command, "commands", None)
        inner = {(noun,): command} if verbs is None else {(noun, verb): each for verb, each in verbs.items()}
        for each, subcommand in inner.items():
            if any("--json" in param.opts for param in subcommand.params):
                yield (
                    list(each),
                    sum(param.required and param.param_type_name == "argument" for param in subcommand.params),
                )


@pytest.mark.parametrize(
    ("command", "needs"), list(with_json()), ids=lambda value: " ".join(value) if isinstance(value, list) else ""
)
def test_json__alone_lists_the_fields_of_every_command(rollcall: CommandLine, command: list[str], needs: int) -> None:
    """It contacts nothing first; an unknown field gets the nearest as a suggestion."""
    needed = [REFERENCE, "registration"][:needs]

    ran = rollcall(*command, *needed, "--json")
    names = ran.out.splitlines()
    assert (ran.code, ran.err, rollcall.connected) == (0, "", [])
    assert names
    assert all(re.fullmatch("[a-z_]+", name) for name in names)

    ran = rollcall(*command, *needed, "--json", f"{names[0]}x")
    assert (ran.code, ran.out) == (2, "")
    assert f"Did you mean {names[0]!r}?" in ran.err
