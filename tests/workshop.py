"""A third form, `workshop`: what an organisation that wants one writes beside the academy's forms, and nothing else."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from shipped import ROOT, copied_sources

from rollcall_local.paths import LANDMARKS

if TYPE_CHECKING:
    from rollcall_build.sources import Sources

TFVARS = Path("infra/terraform/local.tfvars")
NAMED = 'forms = ["registration", "contact", "workshop"]\n'


def form_file() -> str:
    """The form file that the editor's guide works out."""
    guide = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    return guide.partition("```toml\n")[2].partition("```")[0]


def sources_with_workshop(root: Path) -> Sources:
    """Make a clone at root in which a third form was added: one file, and its name in a list.

    What is edited is a copy; all else is the clone's own, seen through links.
    """
    sources = copied_sources(root)
    shutil.copytree(ROOT / "infra", root / "infra")
    for name in ("packages", "localstack", ".venvs"):
        (root / name).symlink_to(ROOT / name)
    (sources.forms / "workshop").mkdir()
    (sources.forms / "workshop" / "form.toml").write_text(form_file(), encoding="utf-8")
    tfvars = root / TFVARS
    given = tfvars.read_text(encoding="utf-8")
    assert not re.search(r"^forms\b", given, re.MULTILINE)
    tfvars.write_text(given + NAMED, encoding="utf-8")
    assert all((root / landmark).is_dir() for landmark in LANDMARKS)
    return sources
