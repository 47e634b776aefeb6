"""A third form, `workshop`: everything that an organisation adds beside the academy's forms to get one."""

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
    """Return the form file that the editor's guide develops, without the day on which it closes."""
    guide = (ROOT / "docs" / "editor.md").read_text(encoding="utf-8")
    example = guide.partition("```toml\n")[2].partition("```")[0]
    return re.sub(r"^closes_at = .*\n", "", example, flags=re.MULTILINE)


def sources_with_workshop(root: Path) -> Sources:
    """Create a clone at root with a third form: one file, and its name in a list.

    Edited files are copies; everything else links to the clone.
    """
    sources = copied_sources(root)
    shutil.copytree(ROOT / "infra", root / "infra")
    for name in ("packages", "localstack", ".venvs"):
        (root / name).symlink_to(ROOT / name)
    (sources.forms / "workshop").mkdir()
    (sources.forms / "workshop" / "form.toml").write_text(form_file(), encoding="utf-8")
    tfvars = root / TFVARS
    values = tfvars.read_text(encoding="utf-8")
    assert not re.search(r"^forms\b", values, re.MULTILINE)
    tfvars.write_text(values + NAMED, encoding="utf-8")
    assert all((root / landmark).is_dir() for landmark in LANDMARKS)
    return sources
