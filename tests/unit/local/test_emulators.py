"""Which emulator a local system uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rollcall_local.emulators import EMULATORS, emulator_of, keep_emulator
from rollcall_local.errors import LocalStackError
from rollcall_local.paths import Workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A system that was never started, and a shell that chooses nothing."""
    monkeypatch.delenv("ROLLCALL_EMULATOR", raising=False)
    return Workspace(root=tmp_path, state=tmp_path)


def test_emulator__is_ministack_unless_chosen(workspace: Workspace) -> None:
    assert emulator_of(workspace).name == "ministack"


@pytest.mark.parametrize("name", sorted(EMULATORS))
def test_emulator__follows_the_setting(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("ROLLCALL_EMULATOR", name)
    assert emulator_of(workspace).name == name


def test_emulator__of_an_unknown_name__lists_the_known(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_EMULATOR", "localstak")
    with pytest.raises(LocalStackError, match=r"ROLLCALL_EMULATOR is 'localstak'. Choose one of these: .*ministack"):
        emulator_of(workspace)


def test_emulator__stays_without_the_setting(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """`status`, `mail` and `down` in another shell find the system that `up` started."""
    monkeypatch.setenv("ROLLCALL_EMULATOR", "localstack")
    keep_emulator(workspace)
    monkeypatch.delenv("ROLLCALL_EMULATOR")
    assert emulator_of(workspace).name == "localstack"


def test_emulator__never_changes_under_the_data(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """`up` refuses another emulator for data that it can't read; `down` still stops the one that runs."""
    keep_emulator(workspace)
    monkeypatch.setenv("ROLLCALL_EMULATOR", "localstack")
    with pytest.raises(LocalStackError, match=r"set up with ministack, not localstack. .*RESET=1"):
        keep_emulator(workspace)
    assert emulator_of(workspace).name == "ministack"
