"""Desk values: notes and check-ins as attributes of a submission's item. A visitor's submission has none."""

from __future__ import annotations

from datetime import date, datetime

from registration_core.domain.attendance import CheckIn
from registration_core.domain.notes import Note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from registration_core.adapters.dynamodb.table import Item
    from registration_core.domain.submission import Submission


def desk_attributes(submission: Submission) -> dict[str, list[dict[str, str]]]:
    """Return the attributes of a submission's notes and check-ins, without what isn't set."""
    notes = [{"id": note.id, "at": _text(note.at), "by": note.by, "text": note.text} for note in submission.notes]
    check_ins = [
        {"day": check_in.day.isoformat(), "at": _text(check_in.at), "by": check_in.by}
        for check_in in submission.check_ins
    ]
    return ({"notes": notes} if notes else {}) | ({"check_ins": check_ins} if check_ins else {})


def read_desk_values(item: Item) -> dict[str, Any]:
    """Return the notes and check-ins of an item, under the names that a submission has for them."""
    return {
        "notes": tuple(
            Note(note["id"], datetime.fromisoformat(note["at"]), note["by"], note["text"])
            for note in item.get("notes", ())
        ),
        "check_ins": tuple(
            CheckIn(date.fromisoformat(check_in["day"]), datetime.fromisoformat(check_in["at"]), check_in["by"])
            for check_in in item.get("check_ins", ())
        ),
    }


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
