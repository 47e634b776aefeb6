"""DynamoDB Local behind LocalStack: what is said where it can't run. test_localstack.py tests it where it can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from shipped import ROOT

from rollcall_local.emulators import dynamodb_local
from rollcall_local.emulators.dynamodb_local import DynamoDBLocal
from rollcall_local.errors import LocalStackError
from rollcall_local.paths import Workspace
from rollcall_local.process import free_port

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def emulator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DynamoDBLocal:
    """DynamoDB Local in a folder with an empty jar, and no program on the PATH."""
    (tmp_path / "DynamoDBLocal.jar").touch()
    monkeypatch.setenv(dynamodb_local.VARIABLE, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    return DynamoDBLocal(Workspace(root=ROOT, state=tmp_path / "state", edge_port=free_port()))


def said(emulator: DynamoDBLocal) -> str:
    with pytest.raises(LocalStackError) as refused:
        emulator.start(smtp_port=free_port())
    return str(refused.value)


def test_folder__without_the_jar__is_refused(emulator: DynamoDBLocal, tmp_path: Path) -> None:
    (tmp_path / "DynamoDBLocal.jar").unlink()
    assert said(emulator) == f"ROLLCALL_DYNAMODB_LOCAL is {tmp_path}, but there is no DynamoDBLocal.jar in that folder."


def test_java__missing__says_what_to_install(emulator: DynamoDBLocal) -> None:
    assert "DynamoDB Local needs Java, and there is none on the PATH. Install a JDK" in said(emulator)


def test_java__that_can_not_run_it__says_what_it_needs(emulator: DynamoDBLocal, tmp_path: Path) -> None:
    """A JRE can't compile our launcher, and an old Java can't load version 2."""
    java = tmp_path / "java"
    java.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    java.chmod(0o755)
    assert "didn't start. Version 2 needs a JDK (not only a JRE), 17 or newer. See " in said(emulator)
    assert not emulator.alive()
