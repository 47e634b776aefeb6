"""The configuration's own tests, `terraform test`: what no emulator has, with a provider that makes up its answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from shipped import ROOT

from rollcall_local.errors import TerraformFailedError

if TYPE_CHECKING:
    from rollcall_local.terraform import LocalTerraform

FILES = sorted(path.name for path in (ROOT / "infra" / "terraform" / "tests").glob("*.tftest.hcl"))


def test_assertions__hold(terraform: LocalTerraform) -> None:
    """All files in one run, because each run starts Terraform and its provider anew."""
    printed = terraform.run("test", var=terraform.inputs(Path())["var"])

    assert [file for file in FILES if f"tests/{file}... pass" not in printed] == []
    assert " 0 failed" in printed


def test_assertion__that_does_not_hold_fails(terraform: LocalTerraform) -> None:
    folder = terraform.configuration / "tests"
    right = (folder / "smallest.tftest.hcl").read_text(encoding="utf-8")
    wrong = folder / "wrong.tftest.hcl"
    wrong.write_text(right.replace('output.stack == "prod"', 'output.stack == "dev"'), encoding="utf-8")

    with pytest.raises(TerraformFailedError, match="Test assertion failed"):
        terraform.run("test", filter=f"tests/{wrong.name}", var=terraform.inputs(Path())["var"])

    wrong.unlink()
