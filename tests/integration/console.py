"""Guides whose lines are typed into one shell, against an emulator in the account's place."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from typing import TYPE_CHECKING

from clones import fresh_clone
from conftest import ROOT

from rollcall_local.emulators import emulator_of
from rollcall_local.paths import Workspace
from rollcall_local.process import clean_environment, free_port
from rollcall_local.terraform_configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BLOCK = re.compile(r"^( *)```console\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
COLOUR = re.compile(r"\x1b\[\d*m")
BY_HAND = re.compile(r"^ *\*\*In AWS only:\*\* (?:(?!^ *```)[\s\S])*?\n *```console by-hand\n", re.MULTILINE)


def typed(guide: str) -> list[tuple[str, str]]:
    """Return each command of a guide that one machine can run, and what it must print."""
    commands: list[tuple[str, str]] = []
    for indent, block in BLOCK.findall(guide):
        for line in (line.removeprefix(indent) for line in block.splitlines()):
            if line.startswith("$ "):
                commands.append((line[2:], ""))
            elif line.startswith("> "):
                command, _ = commands[-1]
                commands[-1] = (f"{command}\n{line[2:]}", "")
            else:
                command, expected = commands[-1]
                commands[-1] = (command, f"{expected}{line}\n")
    return commands


def unmarked(guide: str) -> int:
    """Count the blocks that no test types and that no paragraph before them says so of."""
    return guide.count("```console by-hand") - len(BY_HAND.findall(guide))


def fits(expected: str, printed: str) -> bool:
    """Return whether a command printed what the guide says; `…` stands for anything."""
    parts = (re.escape(part) for part in expected.replace("…\n", "…").split("…"))
    return re.fullmatch("[\\s\\S]*".join(parts), COLOUR.sub("", printed)) is not None


class Shell:
    """One shell for the whole guide, as for its reader."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def types(self, command: str) -> tuple[int, str]:
        """Type a command; return its exit code and what it printed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\nprintf '\\n<done %s>\\n' $?\n")
        self._process.stdin.flush()
        lines: list[str] = []
        while not (end := re.fullmatch(r"<done (\d+)>\n", line := self._process.stdout.readline())):
            assert line, f"The shell ended at: {command}"
            lines.append(line)
        return int(end[1]), "".join(lines)[:-1]

    def close(self) -> None:
        self._process.communicate()


@contextlib.contextmanager
def reader(folder: Path) -> Iterator[Shell]:
    """Somebody in a copy of the clone, whose account is an emulator and whose provider is the stand-in."""
    clone = fresh_clone(folder / "rollcall")
    (clone / ".venvs").symlink_to(ROOT / ".venvs")
    workspace = Workspace(root=ROOT, state=folder / "emulator", edge_port=free_port(), mailbox_port=free_port())
    provider = Configuration(workspace, "stand-in")
    provider.forget_initialisation()
    (folder / "credentials").write_text("[academy]\naws_access_key_id = test\naws_secret_access_key = test\n")
    (folder / "config").write_text("[profile academy]\ns3 =\n  addressing_style = path\n")
    environment = clean_environment(
        PATH=os.pathsep.join([str(ROOT / ".venvs" / name / "bin") for name in ("dev", "aws")] + [os.environ["PATH"]]),
        HOME=str(folder),
        AWS_CONFIG_FILE=str(folder / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(folder / "credentials"),
        AWS_ENDPOINT_URL=f"http://localhost:{workspace.edge_port}",
        TF_CLI_CONFIG_FILE=str(provider.cli_configuration),
        AWS_DEFAULT_REGION="eu-north-1",  # the AWS command line on PyPI, version 1, reads no AWS_REGION
        TF_IN_AUTOMATION="1",
        CHECKPOINT_DISABLE="1",
        COLUMNS="200",
    )
    smtp_port = free_port()
    emulator = emulator_of(workspace)
    shell = Shell(clone, environment)
    try:
        emulator.start(smtp_port=smtp_port)
        yield shell
    finally:
        shell.close()
        emulator.stop()
