"""Tests that start a process or listen on this machine; the command line and its fakes are the unit tests'."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from process.fake_terraform import Iam, Terraform
from unit.cli.conftest import rollcall, rollcall_local, this_machines_time

if TYPE_CHECKING:
    from pathlib import Path

    from unit.cli.fakes import CommandLine

__all__ = ["rollcall", "rollcall_local", "this_machines_time"]


@pytest.fixture
def terraform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Terraform:
    """The only Terraform on the PATH, for one test."""
    return Terraform(tmp_path, monkeypatch)


@pytest.fixture
def prod(rollcall: CommandLine, terraform: Terraform, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A command line whose current context is `prod`, in AWS; what it builds does not matter here."""
    assert terraform
    rollcall("context", "add", "prod", "--region", "eu-north-1", "--profile", "academy")
    monkeypatch.setattr("rollcall_build.package.build_package", _built)
    rollcall.environ = dict(os.environ) | rollcall.environ
    rollcall.clients = {"iam": Iam()}
    return rollcall


def _built(_root: Path, out: Path) -> Any:
    class Report:
        path, changed = out, False

    return Report
