"""Files that are replaced in one step."""

from __future__ import annotations

import os
from stat import S_IMODE
from typing import TYPE_CHECKING

import pytest

from rollcall_build.files import replace_file

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("umask", "mode", "permissions"),
    [(0o022, None, 0o644), (0o027, None, 0o640), (0o077, 0o644, 0o644), (0o022, 0o600, 0o600)],
)
def test_replace_file__gives_the_mode_or_what_the_umask_leaves(
    tmp_path: Path, umask: int, mode: int | None, permissions: int
) -> None:
    before = os.umask(umask)
    try:
        replace_file(tmp_path / "folder" / "file", "text", mode=mode)
    finally:
        os.umask(before)
    assert S_IMODE((tmp_path / "folder" / "file").stat().st_mode) == permissions


def test_replace_file__that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="taken"):
        replace_file(tmp_path / "taken", "text")
    assert [path.name for path in tmp_path.iterdir()] == ["taken"]
