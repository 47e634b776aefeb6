"""docs/first-account.md, typed into one shell, line by line, against an emulator in the account's place."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING

import pytest
from clones import fresh_clone
from conftest import ROOT

from rollcall_local.credentials import ACCOUNT, ROOT_KEY
from rollcall_local.emulators import emulator_of
from rollcall_local.paths import Workspace
from rollcall_local.process import clean_environment, free_port
from rollcall_local.terraform_configuration import Configuration

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GUIDE = (ROOT / "docs" / "first-account.md").read_text(encoding="utf-8")
THEIRS = "111122223333"
ME = "robin.ek@kuggen.se"

BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
COLOUR = re.compile(r"\x1b\[\d*m")
BY_HAND = re.compile(r"^\*\*In AWS only:\*\* (?:(?!^```)[\s\S])*?\n```console by-hand\n", re.MULTILINE)

#: What the emulator needs beside the guide's values: addresses that work without DNS.
FOR_THE_EMULATOR = """
tags                 = {{ ms-custom-id = "rollcall" }}
api_url              = "http://localhost:{port}/restapis/rollcall/v1/_user_request_"
plaintext_sources    = ["127.0.0.0/8"]
reserved_concurrency = {{ submit = 4, links = 2, sweep = 1, dispatch = 1, notify = 2, feedback = 1 }}
"""

#: The stand-in reads no profile; an administrator's lines for infra/bootstrap get the emulator's root key.
BOOTSTRAP = "terraform -chdir=infra/bootstrap"
BESIDE = f"AWS_ACCESS_KEY_ID={ROOT_KEY} AWS_SECRET_ACCESS_KEY={ROOT_KEY} TF_VAR_plaintext_sources='[\"127.0.0.0/8\"]'"


def typed() -> list[tuple[str, str]]:
    """Return each command of the guide that one machine can run, and what it must print."""
    commands: list[tuple[str, str]] = []
    for block in BLOCK.findall(GUIDE):
        for line in block.splitlines():
            if line.startswith("$ "):
                commands.append((line[2:], ""))
            elif line.startswith("> "):
                command, _ = commands[-1]
                commands[-1] = (f"{command}\n{line[2:]}", "")
            else:
                command, expected = commands[-1]
                commands[-1] = (command, f"{expected}{line}\n")
    return commands


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


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Shell]:
    """Somebody in a copy of the clone, whose account is an emulator and whose provider is the stand-in."""
    clone = fresh_clone(tmp_path / "rollcall")
    (clone / ".venvs").symlink_to(ROOT / ".venvs")
    workspace = Workspace(root=ROOT, state=tmp_path / "emulator", edge_port=free_port(), mailbox_port=free_port())
    provider = Configuration(workspace, "stand-in")
    provider.forget_initialisation()
    (tmp_path / "credentials").write_text("[academy]\naws_access_key_id = test\naws_secret_access_key = test\n")
    (tmp_path / "config").write_text("[profile academy]\ns3 =\n  addressing_style = path\n")
    environment = clean_environment(
        PATH=os.pathsep.join([str(ROOT / ".venvs" / name / "bin") for name in ("dev", "aws")] + [os.environ["PATH"]]),
        HOME=str(tmp_path),
        AWS_CONFIG_FILE=str(tmp_path / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "credentials"),
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


def test_guide__marks_every_line_that_needs_aws() -> None:
    """Each block that no test types has a paragraph before it that says so."""
    assert len(BY_HAND.findall(GUIDE)) == GUIDE.count("```console by-hand")
    assert GUIDE.count("```console") == len(BLOCK.findall(GUIDE)) + GUIDE.count("```console by-hand")


@pytest.mark.full
@pytest.mark.needs("iam enforced")
def test_guide__prints_what_it_says(reader: Shell, tmp_path: Path) -> None:
    """Every other line runs in order and prints what the guide says, down to an account with nothing left in it."""
    port = re.search(r":(\d+)$", reader.types("echo $AWS_ENDPOINT_URL")[1].strip())
    assert port
    for command, expected in typed():
        code, printed = reader.types(command.replace(THEIRS, ACCOUNT).replace(BOOTSTRAP, f"{BESIDE} {BOOTSTRAP}"))
        assert code == 0, f"{command}\n{printed}"
        assert fits(expected, printed.replace(ACCOUNT, THEIRS)), f"{command}\n{printed}"
        if "first.tfvars" in command:
            with (tmp_path / "first" / "values" / "first.tfvars").open("a") as values:
                values.write(FOR_THE_EMULATOR.format(port=port[1]))
        if "first.s3.tfbackend" in command:
            with (tmp_path / "first" / "values" / "first.s3.tfbackend").open("a") as backend:
                backend.write("use_path_style = true\n")
