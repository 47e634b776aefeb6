"""Where the local system finds its clone, and the error if there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from rollcall_local.errors import LocalStackError
from rollcall_local.paths import LANDMARKS, WorkspaceNotFoundError, find_root, find_workspace

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like a clone, with no variables that lead elsewhere."""
    for name in ("ROLLCALL_ROOT", "ROLLCALL_STATE", "EDGE_PORT", "ROLLCALL_SITE_PORT", "ROLLCALL_MAILBOX_PORT"):
        monkeypatch.delenv(name, raising=False)
    root = tmp_path / "clone"
    for landmark in LANDMARKS:
        (root / landmark).mkdir(parents=True)
    return root


def test_find_root__works_from_a_folder_inside(clone: Path) -> None:
    assert find_root(clone / "infra" / "terraform") == clone


def test_find_root__outside_a_clone_says_what_to_do(tmp_path: Path, clone: Path) -> None:
    del clone
    with pytest.raises(WorkspaceNotFoundError, match="Change to the clone, or set ROLLCALL_ROOT"):
        find_root(tmp_path)


def test_find_root__the_variable_takes_precedence(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ROLLCALL_ROOT", str(clone))
    assert find_root(tmp_path) == clone


def test_find_workspace__takes_ports_from_the_environment(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGE_PORT", "14566")
    monkeypatch.setenv("ROLLCALL_SITE_PORT", "18080")
    workspace = find_workspace(clone)
    assert workspace.endpoint_url == "http://localhost:14566"
    assert workspace.site_url == "http://localhost:18080"
    assert workspace.state == clone / ".local"


@pytest.mark.parametrize("wrong", ["0", "65536", "http", "-1", "4566x", "٤٥٦٦"])
def test_find_workspace__an_invalid_port_is_named(clone: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("EDGE_PORT", wrong)
    with pytest.raises(LocalStackError, match=r"EDGE_PORT is .* 1 to 65535"):
        find_workspace(clone)
