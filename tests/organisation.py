"""The organisation of the tests' own stacks: the example, the editor's guide's form and those of `tests/forms`."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shipped import ROOT, SOURCES
from workshop import form_file

from rollcall_build.sources import Sources

if TYPE_CHECKING:
    from pathlib import Path

FORMS = ROOT / "tests" / "forms"
IN_DAYS = re.compile(r'"in (\d+) days"')
"""A time in a form file of `tests/forms`: ten o'clock UTC, so many days from now."""
STARTS = re.compile(r"^starts_at = .*$", re.MULTILINE)


def organisation(folder: Path) -> Sources:
    """Create the tests' organisation in a folder that doesn't exist yet."""
    shutil.copytree(SOURCES.organisation, folder)
    sources = Sources(ROOT, folder)
    _change(sources.forms / "registration" / "form.toml", 'before = "7d"', 'before = "1h"')
    (sources.forms / "workshop").mkdir()
    (sources.forms / "workshop" / "form.toml").write_text(form_file(), encoding="utf-8")
    own = sorted(["workshop", *(form.name for form in FORMS.iterdir())])
    unlisted = f"unlisted_forms = {json.dumps(own)}\n\n[organisation]"  # the pages look as those of the example
    _change(sources.site / "site.toml", "[organisation]", unlisted)
    for file in sources.forms.glob("*/form.toml"):
        file.write_text(keep_open(file.read_text(encoding="utf-8")), encoding="utf-8")
    for form in FORMS.iterdir():
        shutil.copytree(form, sources.forms / form.name)
        file = sources.forms / form.name / "form.toml"
        file.write_text(IN_DAYS.sub(_in_days, file.read_text(encoding="utf-8")), encoding="utf-8")
    return sources


def keep_open(form_file: str) -> str:
    """Return a form file whose options stay open, whatever their dates: tests of today's example run for years."""
    return STARTS.sub(r"\g<0>\ncloses_at = 2099-12-31T23:59:59Z", form_file)


def _in_days(written: re.Match[str]) -> str:
    day = datetime.now(UTC) + timedelta(days=int(written[1]))
    return f"{day:%Y-%m-%d}T10:00:00Z"


def _change(file: Path, old: str, new: str) -> None:
    """Change a file of the copy. With the example's own reminder, tests would fail in the week before its courses."""
    text = file.read_text(encoding="utf-8")
    assert old in text, f"{file} has no {old}"
    file.write_text(text.replace(old, new), encoding="utf-8")
