"""What the product ships: the clone's own files and the example's, never those of your own organisation."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rollcall_build.forms.files import compile_forms
from rollcall_build.sources import EXAMPLE, Sources

if TYPE_CHECKING:
    from registration_core.domain.forms import Form

ROOT = Path(__file__).resolve().parents[1]
SOURCES = Sources(ROOT, ROOT / EXAMPLE)


NEVER = datetime(2099, 12, 31, tzinfo=UTC)


def shipped_forms() -> dict[str, Form]:
    """Return the example's forms with courses that stay open: the tests' own clock is past some of its dates."""
    return {name: _kept_open(form) for name, form in compile_forms(SOURCES.forms).items()}


def _kept_open(form: Form) -> Form:
    fields = (
        replace(
            field, options=tuple(replace(each, closes_at=NEVER) if each.starts_at else each for each in field.options)
        )
        for field in form.fields
    )
    return replace(form, fields=tuple(fields))


def copied_sources(root: Path) -> Sources:
    """Copy everything that site and package are built from, except the code, so that a test can change it."""
    for folder in (EXAMPLE, "shared", "site"):
        shutil.copytree(ROOT / folder, root / folder)
    return Sources(root, root / EXAMPLE)
