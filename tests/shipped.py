"""What the product ships: the clone's own files and the example's, never those of your own organisation."""

from __future__ import annotations

import shutil
from pathlib import Path

from rollcall_build.sources import EXAMPLE, Sources

ROOT = Path(__file__).resolve().parents[1]
SOURCES = Sources(ROOT, ROOT / EXAMPLE)


def copied_sources(root: Path) -> Sources:
    """Copy everything that site and package are built from, except the code, so that a test can change it."""
    for folder in (EXAMPLE, "shared", "site"):
        shutil.copytree(ROOT / folder, root / folder)
    return Sources(root, root / EXAMPLE)
