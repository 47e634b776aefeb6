"""What the product ships: a clone's own files, and the example's; never those of an organisation of one's own."""

from __future__ import annotations

import shutil
from pathlib import Path

from rollcall_build.sources import EXAMPLE, Sources

ROOT = Path(__file__).resolve().parents[1]
SOURCES = Sources(ROOT, ROOT / EXAMPLE)


def copied_sources(root: Path) -> Sources:
    """Copy all that a site and a package are built of, but the code, to change it there."""
    for folder in (EXAMPLE, "shared", "site"):
        shutil.copytree(ROOT / folder, root / folder)
    return Sources(root, root / EXAMPLE)
