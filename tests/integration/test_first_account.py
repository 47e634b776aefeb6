"""docs/first-account.md, typed into one shell, line by line, against an emulator in the account's place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from integration.console import fits, reader, typed, unmarked

from rollcall_local.credentials import ACCOUNT, ROOT_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from integration.console import Shell

GUIDE = (ROOT / "docs" / "first-account.md").read_text(encoding="utf-8")
THEIRS = "111122223333"
ME = "robin.ek@kuggen.se"


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


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """The guide's reader at a keyboard."""
    with reader(tmp_path) as shell:
        yield shell


def test_guide__marks_every_line_that_needs_aws() -> None:
    """Each block that no test types has a paragraph before it that says so."""
    assert unmarked(GUIDE) == 0


@pytest.mark.full
@pytest.mark.needs("iam enforced")
def test_guide__prints_what_it_says(shell: Shell, tmp_path: Path) -> None:
    """Every other line runs in order and prints what the guide says, down to an account with nothing left in it."""
    port = re.search(r":(\d+)$", shell.types("echo $AWS_ENDPOINT_URL")[1].strip())
    assert port
    for command, expected in typed(GUIDE):
        code, printed = shell.types(command.replace(THEIRS, ACCOUNT).replace(BOOTSTRAP, f"{BESIDE} {BOOTSTRAP}"))
        assert code == 0, f"{command}\n{printed}"
        assert fits(expected, printed.replace(ACCOUNT, THEIRS)), f"{command}\n{printed}"
        if "first.tfvars" in command:
            with (tmp_path / "first" / "values" / "first.tfvars").open("a") as values:
                values.write(FOR_THE_EMULATOR.format(port=port[1]))
        if "first.s3.tfbackend" in command:
            with (tmp_path / "first" / "values" / "first.s3.tfbackend").open("a") as backend:
                backend.write("use_path_style = true\n")
