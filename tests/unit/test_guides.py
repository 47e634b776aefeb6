"""Every command of every guide is run by a test, or listed here with the reason why not.

`rollcall` commands of the staff guide run on a deployed stack (tests/integration/test_guide.py),
which covers the same lines elsewhere. The others run here, with fakes and in a copy.
"""

from __future__ import annotations

import re
import shlex
import shutil
from typing import TYPE_CHECKING

import guide
import pytest
import typer
from conftest import ROOT
from typer.core import TyperGroup
from unit.cli.fakes import CommandLine
from workshop import sources_with_workshop

from admin_cli.app import app, globals_first
from admin_cli.aws.contexts import ContextFile
from admin_cli.organisation.start import start

if TYPE_CHECKING:
    from pathlib import Path

GUIDES = (
    "README.md",
    "docs/editor.md",
    "docs/emulators.md",
    "docs/make-it-yours.md",
    "docs/operator.md",
    "docs/options.md",
    "docs/privacy.md",
)
BLOCK = re.compile(r"^ *```([^\n]*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^ *((?:rollcall|make|terraform|git|aws|curl|python3|rm|cp) .*)$", re.MULTILINE)
INLINE = re.compile(r"`(rollcall [a-z][^`]*)`")

#: Commands that start like this run elsewhere, and why.
ELSEWHERE = {
    "aws": "an account is needed; test_operator_guide.py holds each to AWS's own models",
    "rollcall infra": "it deploys to AWS; process/test_infra.py runs every verb over a Terraform of its own",
    "rollcall keys": "it changes keys in AWS; contract/test_keys_command.py runs every verb",
    "rollcall local": "it starts the system; integration/test_local_up.py and cli/test_local_commands.py run it",
    "rollcall login": "it opens a browser at AWS; process/test_login.py runs it",
    "rollcall staff": "it changes who can sign in; contract/test_staff_command.py runs every verb",
    "terraform": "the same as rollcall infra, by hand; infra/ plans and applies with these files of values",
    "make": "process/test_guides.py asks make for its recipe",
    "git": "it is git's own, and needs the repository's remote",
    "python3": "a filter between two commands that need an account",
    "cp": "process/test_guides.py moves a clone's files as the guide says",
    "rm": "test_make_it_yours.py follows the guide that says it",
}


def commands(name: str) -> list[str]:
    """Return the commands in a guide's blocks, without comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = "\n".join(block for language, block in BLOCK.findall(text) if language in ("", "sh"))
    blocks += "\n".join(re.findall(r"^ *- run: (rollcall .*)$", text, re.MULTILINE))
    blocks = blocks.replace("\\\n", " ")
    return sorted({re.split(r"\s+#\s", line)[0].strip() for line in COMMAND.findall(blocks)})


def named(name: str) -> list[str]:
    """Return the commands that a guide's sentences name."""
    return sorted(set(INLINE.findall((ROOT / name).read_text(encoding="utf-8"))))


EVERY = [pytest.param(line, id=f"{name}: {line[:60]}") for name in GUIDES for line in commands(name)]


def is_elsewhere(line: str) -> bool:
    """Return whether a line of this kind runs elsewhere, or is in the staff guide."""
    verb = " ".join(line.split()[:2])
    staffs = {" ".join(each.split()[:many]) for each in guide.lines() for many in (2, 3)}
    known = verb in staffs or " ".join(line.split()[:3]) in staffs
    return known or line.startswith(tuple(f"{begin} " for begin in ELSEWHERE)) or verb in ELSEWHERE


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A command line in a clone whose organisation has the workshop of the editor's guide."""
    sources = sources_with_workshop(tmp_path / "clone")
    monkeypatch.chdir(sources.root)
    monkeypatch.delenv("ROLLCALL_ROOT", raising=False)
    monkeypatch.setenv("ROLLCALL_ORGANISATION", str(sources.organisation))
    return CommandLine(ContextFile(tmp_path / "config" / "contexts.json"))


@pytest.mark.parametrize("line", EVERY)
def test_command__runs_here_or_elsewhere(here: CommandLine, line: str) -> None:
    if line.startswith(("rollcall forms ", "rollcall context add ", "rollcall mail preview ")) and "curl" not in line:
        words = shlex.split(re.split(r" \| | > ", line)[0])[1:]
        if words[:2] == ["forms", "language"]:
            assert is_elsewhere(line)
            return
        ran = here(*words)
        assert ran.code == 0, ran.err
    else:
        assert is_elsewhere(line), "add the command to the guide for staff, or say in ELSEWHERE who runs it"


ROLLCALLS = sorted({line for name in GUIDES for line in commands(name) if line.startswith("rollcall ")})


@pytest.mark.parametrize("line", ROLLCALLS)
def test_command__is_one_that_rollcall_accepts(line: str) -> None:
    """Verb, arguments and options are valid, even in a workflow or where AWS is needed."""
    words = globals_first(shlex.split(re.split(r" \| | > | \$\(", line)[0])[1:])
    command = typer.main.get_command(app)
    context = command.make_context("rollcall", words)
    while isinstance(command, TyperGroup):
        name, subcommand, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        assert subcommand is not None
        command, context = subcommand, subcommand.make_context(name, rest, parent=context)


@pytest.mark.parametrize("line", sorted({line for name in GUIDES for line in named(name)}))
def test_command_in_a_sentence__is_one_that_runs(line: str) -> None:
    assert is_elsewhere(line)


def test_commands__are_found() -> None:
    assert len(EVERY) > 40


def test_guides__create_a_folder_that_fits_the_editors_form(tmp_path: Path) -> None:
    """An organisation that follows both guides has its own folder with the workshop in it."""
    root = tmp_path / "clone"
    sources = sources_with_workshop(root)
    ours = start(root, tmp_path / "ours")
    shutil.copytree(sources.forms / "workshop", ours.forms / "workshop", dirs_exist_ok=True)
    assert {path.name for path in ours.forms.iterdir()} >= {"registration", "contact", "workshop"}


PAGES = sorted(
    path
    for folder in (
        ".",
        "docs",
        "docs/decisions",
        "infra/terraform",
        "localstack",
        "localstack/terraform_provider",
        "site",
    )
    for path in (ROOT / folder).glob("*.md")
)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get, as GitHub makes them."""
    prose = BLOCK.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", prose, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links__lead_to_a_file_and_a_heading(page: Path) -> None:
    """Links between the pages of this repository; those to the web are left out."""
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link
