"""Completion, as the shells ask for it: what is offered, from where, and that the prompt stays clean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import typer
from conftest import ROOT

from admin_cli.app import app
from admin_cli.aws.contexts import Context, ContextFile
from admin_cli.catalogue import COMMANDS
from admin_cli.services import services
from admin_cli.stack import AwsStack
from admin_cli.submissions.columns import FIXED_COLUMNS, ListColumns
from admin_cli.terminal import completion
from admin_cli.terminal.help import HELP_OPTIONS
from registration_core.domain.submission import Status
from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMS = compile_forms(ROOT / "example" / "forms")
COURSES = list(FORMS["registration"].capacities())
FIELDS = list(dict.fromkeys(field.name for form in FORMS.values() for field in form.fields))

#: Runs the command as the shell does, and prints on stderr what it loaded.
START = (
    "import atexit, os, sys; atexit.register(lambda: os.write(2, ' '.join(sys.modules).encode())); "
    "sys.argv[0] = 'rollcall'; from admin_cli.__main__ import main; main()"
)
HEAVY = {"boto3", "botocore", "rich.console", "jinja2", "python_terraform"}


class Shell:
    """Asks for completions in a folder that is not a clone, with the contexts prod (current) and dev."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.environ = {
            "PATH": os.environ["PATH"],
            "ROLLCALL_ORGANISATION": str(ROOT / "example"),
            "HOME": str(folder),
            "ROLLCALL_CONFIG_DIR": str(folder / "config"),
            "XDG_CACHE_HOME": str(folder / "cache"),
        }
        file = ContextFile(folder / "config" / "contexts.json")
        for name in ("prod", "dev"):
            file.write(file.read().with_entry(Context(name, name, "eu-north-1")))
        completion.note_forms(self.environ, "prod", FORMS)
        completion.note_forms(self.environ, "dev", {"contact": FORMS["contact"]})

    def _ask(self, **asked: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", START],
            env=self.environ | asked,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert not HEAVY & set(done.stderr.split())
        return done.stdout

    def bash(self, line: str) -> list[str]:
        """Return what bash would offer for the last word of a line."""
        place = str(line.count(" "))
        return self._ask(_ROLLCALL_COMPLETE="complete_bash", COMP_WORDS=line, COMP_CWORD=place).split()

    def zsh(self, line: str) -> str:
        return self._ask(_ROLLCALL_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=line)

    def fish(self, line: str) -> list[str]:
        asked = {"_TYPER_COMPLETE_FISH_ACTION": "get-args", "_TYPER_COMPLETE_ARGS": line}
        return self._ask(_ROLLCALL_COMPLETE="complete_fish", **asked).splitlines()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell for this test."""
    return Shell(tmp_path)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("rollcall lis", ["list"]),
        ("rollcall quota ", ["list", "waiting", "set"]),
        ("rollcall list --form ", ["contact", "registration"]),
        ("rollcall list --form reg", ["registration"]),
        ("rollcall list --option ", COURSES),
        ("rollcall list --form contact --option ", []),
        ("rollcall list --status w", ["waitlisted"]),
        ("rollcall list --status pending,c", ["pending,confirmed", "pending,cancelled"]),
        ("rollcall quota set registration ", COURSES),
        ("rollcall context use ", ["prod", "dev"]),
        ("rollcall list --json re", ["reference"]),
        ("rollcall list --json id,ans", ["id,answers", *(f"id,answers.{name}" for name in FIELDS)]),
        ("rollcall quota list --json cap", ["capacity"]),
        ("rollcall list --columns name,st", ["name,status"]),
        ("rollcall list --sort sub", ["submitted_at"]),
        ("rollcall export --format j", ["json", "jsonl"]),
        ("rollcall export --form registration --columns reference,cou", ["reference,course"]),
        ("rollcall edit K7QM-3XTP cou", ["course="]),
        ("rollcall mail resend K7QM-3XTP con", ["confirmed"]),
        ("rollcall mail preview registration mo", ["moved"]),
        ("rollcall mail send --form registration --template ", ["moved", "reminder"]),
        ("rollcall mail send --form contact --template ", []),
        ("rollcall list --context d", ["dev"]),
        ("rollcall list --via a", ["api", "aws"]),
        ("rollcall list --via api --sta", ["--status"]),
        ("rollcall list --context dev --form ", ["contact"]),
        ("rollcall list --form registration --context dev --sta", ["--status"]),
        ("rollcall list 'unended ", []),
    ],
)
def test_bash__offers(shell: Shell, line: str, offered: list[str]) -> None:
    """Each kind of word; options of all commands work wherever they are."""
    assert shell.bash(line) == offered


def test_zsh__offers_forms_and_commands_with_their_help(shell: Shell) -> None:
    """It uses the format of zsh's own completion function."""
    assert '"doctor":"Find what is wrong with a stack, and how to fix it"' in shell.zsh("rollcall ")
    assert '"registration"' in shell.zsh("rollcall list --context prod --form r")


def test_fish__offers_contexts_and_commands_with_their_help(shell: Shell) -> None:
    """Each is on a line."""
    assert "login\tSign in to AWS or to a stack's staff API" in shell.fish("rollcall lo")
    assert shell.fish("rollcall list --context ") == ["prod", "dev"]
    assert shell.fish("rollcall edit K7QM-3XTP course=") == [f"course={course}" for course in COURSES]


def test_list_columns__are_those_of_a_list() -> None:
    """They are known without a stack, so that the shell can offer them."""
    assert tuple(ListColumns({}, None, rank=lambda _: None).names) == FIXED_COLUMNS


def test_prompt__stays_clean_whatever_goes_wrong(shell: Shell, tmp_path: Path) -> None:
    """With a damaged file of contexts or a damaged note, nothing is offered and nothing printed."""
    note = tmp_path / "cache" / "rollcall" / "forms-prod.json"
    note.write_text("[1")
    assert shell.bash("rollcall list --form ") == []
    note.write_text('{"registration": ["first-robot"]}')  # as an earlier version wrote it
    for line in ("list --option ", "list --json x", "edit K7QM-3XTP ", "mail send --template "):
        assert shell.bash(f"rollcall {line}") == []

    (tmp_path / "config" / "contexts.json").write_text("{")
    assert shell.bash("rollcall list --context ") == []
    assert shell.bash("rollcall list --form ") == []


def test_forms__of_the_clone_are_offered_without_a_note(shell: Shell) -> None:
    """A new form can be checked and shown before it is published."""
    shell.environ |= {"ROLLCALL_ROOT": str(ROOT), "ROLLCALL_CONTEXT": "none"}

    assert shell.bash("rollcall forms show ") == ["contact", "registration"]


def test_note__is_written_only_when_something_is_new(tmp_path: Path) -> None:
    """A cache that can't be written does not stop a command."""
    environ = {"XDG_CACHE_HOME": str(tmp_path)}
    completion.note_forms(environ, "prod", FORMS)
    (note,) = (tmp_path / "rollcall").iterdir()
    before = note.stat().st_ino

    completion.note_forms(environ, "prod", FORMS)
    assert note.stat().st_ino == before
    noted = json.loads(note.read_text())
    assert {name: form["options"] for name, form in noted.items()} == {"contact": [], "registration": COURSES}

    completion.note_forms({"XDG_CACHE_HOME": str(note)}, "prod", FORMS)


COMPLETED = ("FORM", "OPTION", "STATUS", "[FIELDS]", "[COLUMNS]", "COLUMN", "FORMAT", "FIELD=VALUE", "KIND")


def parameters() -> Iterator[tuple[str, Any]]:
    root = typer.main.get_command(app)
    ctx = typer.Context(root, **HELP_OPTIONS)
    for noun in COMMANDS:
        command = root.get_command(ctx, noun)
        for each in getattr(command, "commands", {"": command}).values():
            for param in each.params:
                if param.metavar in COMPLETED:
                    yield f"{noun} {each.name} {param.name}", param


@pytest.mark.parametrize(("where", "param"), [pytest.param(*each, id=each[0]) for each in parameters()])
def test_parameters__for_a_form_option_or_status_are_completed(where: str, param: Any) -> None:
    """Commands to come are included: the metavar decides."""
    offered = param.shell_complete(typer.Context(typer.main.get_command(app), obj=None), "")

    assert param._custom_shell_complete is not None or offered, where


def test_statuses__are_all_offered() -> None:
    """Every status of the domain is offered."""
    assert completion.statuses("") == list(map(str, Status))


def test_stack__notes_its_forms_as_commands_read_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any command does it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    stack = services().connect(Context("prod", "prod", "eu-north-1"))
    assert isinstance(stack, AwsStack)

    stack.noted(FORMS)

    assert json.loads((tmp_path / "rollcall" / "forms-prod.json").read_text())["registration"]["options"] == COURSES
