"""A copy of the clone with what git would commit, as somebody else gets it."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from shipped import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def fresh_clone(folder: Path, part: str = ".") -> Path:
    """Copy the clone, or one part of it, without git's own files, and return the folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", part],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    return folder
