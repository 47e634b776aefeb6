"""Openings and overrides as the staff API and `--json` give them, and read back."""

from __future__ import annotations

from datetime import datetime

from registration_core.domain.openings import WHOLE_FORM, Opening, Override
from registration_core.domain.records import iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


def opening_record(option: str, opening: Opening) -> dict[str, Any]:
    """Return an opening for JSON. `option` is None for the whole form; what isn't set is None."""
    override = None if opening.override is None else _override_record(opening.override)
    return {
        "option": None if option == WHOLE_FORM else option,
        "open": opening.open,
        "changes_at": _iso(opening.changes_at),
        "override": override,
    }


def override_record(option: str, override: Override) -> dict[str, Any]:
    """Return a line of the history for JSON."""
    return {"option": None if option == WHOLE_FORM else option, **_override_record(override)}


def read_opening(data: Mapping[str, Any]) -> tuple[str, Opening]:
    """Return what `opening_record` was given."""
    override = None if data["override"] is None else read_override(data["override"])
    return data["option"] or WHOLE_FORM, Opening(data["open"], _time(data["changes_at"]), override)


def read_override(data: Mapping[str, Any]) -> Override:
    """Return the override of `override_record`."""
    return Override(data["open"], data["by"], datetime.fromisoformat(data["at"]), _time(data["until"]))


def _override_record(override: Override) -> dict[str, Any]:
    return {"open": override.open, "until": _iso(override.until), "by": override.by, "at": iso(override.at)}


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
