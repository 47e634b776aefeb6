"""A form file's [own_changes]: what registrants may change themselves, checked and read."""

from __future__ import annotations

import re
from datetime import datetime

from registration_core.domain.lengths import read_length
from registration_core.domain.own_changes import OwnChanges
from rollcall_build.forms.checked_table import CheckedTable, listed, suggestion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from registration_core.domain.fields import Field

OWN_CHANGES = ("fields", "until")
UNCHANGEABLE_TYPES: Mapping[str, str] = {
    "hidden": "visitors don't see it",
    "file": "files are changed on the same page, under the field itself",
}
"""Types of field that can't be in `fields`, and why."""
_BEFORE_START = re.compile(r"(?:starts_at-)?([0-9]+[a-z]+)")


def read_own_changes(
    values: CheckedTable, fields: Sequence[Field] | None, email_field: str | None, chosen: Field | None
) -> Mapping[str, Any] | None:
    """Read what registrants may change, as the compiled form has it; None if nothing.

    fields: None when some could not be read. chosen: the field that says what a submission is about.
    """
    table = values.table("own_changes")
    if table is None:
        return None
    table.known_keys(OWN_CHANGES, of="[own_changes]")
    names = table.strings("fields")
    if not names and not table.raw("fields"):
        table.problem('"fields" is missing or empty; name the fields that registrants may change')
    if fields is not None:
        _ensure_changeable(table, names, fields, email_field)
    timed = chosen is not None and any(option.starts_at is not None for option in chosen.options)
    length, until = _until(table, timed=timed or fields is None)
    return OwnChanges(names, length, until).to_dict()


def _ensure_changeable(
    table: CheckedTable, names: Sequence[str], fields: Sequence[Field], email_field: str | None
) -> None:
    by_name = {field.name: field for field in fields}
    for name in names:
        field = by_name.get(name)
        if field is None:
            table.problem(f'"fields" has "{name}", which is not a field of this form{suggestion(name, by_name)}')
        elif name == email_field:
            table.problem(
                f'"fields" has "{name}", the address that the link to the page was mailed to; staff change it with '
                "rollcall edit, and the old link then stops working"
            )
        elif field.type in UNCHANGEABLE_TYPES:
            table.problem(f'"fields" has "{name}", which is of type "{field.type}": {UNCHANGEABLE_TYPES[field.type]}')
    for field in fields:
        decided_by = {condition.field for condition in field.conditions}
        left_out = sorted(decided_by & set(names)) if field.name not in names else []
        if left_out:
            table.problem(
                f'"fields" has {listed(left_out)}, but not "{field.name}", which depends on it; a changed answer could '
                f'leave "{field.name}" wrong, so add it or leave both out'
            )


def _until(table: CheckedTable, *, timed: bool) -> tuple[str, datetime | None]:
    """Return how long before the start changes end, or the time when they end; neither means the start."""
    written = table.raw("until")
    if written is None:
        return "", None
    if isinstance(written, datetime) and written.tzinfo is not None:
        return "", written
    length = _length(written)
    if not length:
        table.problem(
            '"until" must be a length of time before the start, such as "starts_at-7d" (or 12h, 2w), or a time with '
            "its offset, such as 2027-01-09T12:00:00+01:00"
        )
    elif not timed:
        table.problem('"until" counts back from "starts_at", but no option of the field that the form is about has one')
    return length, None


def _length(written: object) -> str:
    """Return `7d` from `starts_at-7d`; empty if it is no length."""
    match = _BEFORE_START.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        return ""
    try:
        read_length(match[1])
    except ValueError:
        return ""
    return match[1]
