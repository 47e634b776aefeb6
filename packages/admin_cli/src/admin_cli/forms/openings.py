"""What is open, as commands print it: the fields of --json, and ends in words."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from admin_cli.terminal.values import for_person
from registration_core.domain.opening_records import opening_record

if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Opening

FIELDS = ("form", "option", "open", "changes_at", "until", "by", "at")


def record_of(form: Form, option: str, opening: Opening) -> dict[str, object]:
    """Return what --json prints, under the names of FIELDS."""
    record = opening_record(option, opening)
    override = record.pop("override") or {}
    return {"form": form.name, **record, **{name: override.get(name) for name in ("until", "by", "at")}}


def end_for_person(at: datetime) -> str:
    """Return when something ends, for a person: `2030-01-20 09:00`, or `the end of 2030-01-20` for its midnight."""
    day = (at - timedelta(microseconds=1)).astimezone().date()
    return for_person(at) if day == at.astimezone().date() else f"the end of {day}"
