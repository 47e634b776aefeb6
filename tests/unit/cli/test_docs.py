"""The staff guide names every command and option, and no other."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from admin_cli.app import app
from admin_cli.catalogue import COMMANDS
from admin_cli.terminal.help import HELP_OPTIONS

GUIDE = (Path(__file__).resolve().parents[3] / "docs" / "staff.md").read_text(encoding="utf-8")


def commands() -> dict[str, set[str]]:
    """Return every command with its options."""
    root = typer.main.get_command(app)
    ctx = typer.Context(root, **HELP_OPTIONS)
    options_by_command: dict[str, set[str]] = {"": {name for param in root.params for name in param.opts}}
    for noun in COMMANDS:
        command = root.get_command(ctx, noun)
        verbs = getattr(command, "commands", None)
        inner = {noun: command} if verbs is None else {f"{noun} {verb}": each for verb, each in verbs.items()}
        options_by_command |= {
            words: {name for param in each.params for name in param.opts if name.startswith("--")}
            for words, each in inner.items()
        }
    return options_by_command


EVERY = commands()


@pytest.mark.parametrize("words", [words for words in EVERY if words])
def test_guide__has_an_example_of_every_command(words: str) -> None:
    """Each command appears in a block."""
    assert re.search(rf"^ *rollcall {words}\b", GUIDE, re.MULTILINE)


@pytest.mark.parametrize(
    "option", sorted({option for options in EVERY.values() for option in options} - {"--show-completion"})
)
def test_guide__names_every_option(option: str) -> None:
    """No option is a secret."""
    assert re.search(rf"{option}\b", GUIDE)


@pytest.mark.parametrize("line", re.findall(r"^ *(rollcall .+)$", GUIDE, re.MULTILINE))
def test_guide__shows_only_what_exists(line: str) -> None:
    """The parser accepts each command in a block."""
    words = shlex.split(line.partition("|")[0])[1:]
    named = next(name for name in sorted(EVERY, key=len, reverse=True) if words[: len(name.split())] == name.split())
    options = {word for word in words if word.startswith("--")}

    assert named
    assert options <= EVERY[named] | EVERY[""]
