"""`rollcall site publish`: never pages that ask what the functions refuse, and no form's entries lost from sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shipped import SOURCES

from rollcall_build.forms.files import compile_forms

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

FORMS = compile_forms(SOURCES.forms)
DEPLOYED = {name: form.version for name, form in FORMS.items()}


@pytest.mark.parametrize("arguments", [(), ("--dry-run",)])
def test_publish__is_refused_when_the_functions_have_another_version(
    rollcall_local: CommandLine, arguments: tuple[str, ...]
) -> None:
    """Nothing of AWS is asked for: the fake stack has no client to give."""
    rollcall_local.deployed = DEPLOYED | {"contact": "0123456789ab"}
    ran = rollcall_local("site", "publish", *arguments)
    assert ran.code == 1
    assert "The functions have another version of contact than your files, so nothing was published" in ran.err
    assert "Deploy first: rollcall local up" in ran.err


def test_publish__is_refused_when_the_functions_do_not_know_a_form(rollcall: CommandLine) -> None:
    """In AWS it says how to deploy there."""
    rollcall("context", "add", "prod", "--region", "eu-north-1")
    rollcall.deployed = {"contact": DEPLOYED["contact"]}
    ran = rollcall("site", "publish")
    assert "another version of registration than" in ran.err
    assert "Deploy first: rollcall infra apply, then rollcall site publish" in ran.err
