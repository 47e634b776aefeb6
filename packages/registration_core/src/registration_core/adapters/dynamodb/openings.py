"""Openings: what staff decided about a form's options, in one item per form, and the history of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.table import put
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.openings import Override

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from registration_core.adapters.dynamodb.table import Item, Table
    from registration_core.domain.openings import Overrides

HISTORY_KEPT = timedelta(days=730)
_ATTEMPTS = 8


def read_overrides(item: Mapping[str, Any] | None) -> Overrides:
    """Return the overrides in force of a form's item; none if it has no item."""
    return {} if item is None else {option: read_override(values) for option, values in item["options"].items()}


def read_override(values: Mapping[str, Any]) -> Override:
    """Return an override as it is stored."""
    until = datetime.fromisoformat(values["until"]) if "until" in values else None
    return Override(values["open"], values["by"], datetime.fromisoformat(values["at"]), until)


def store_override(
    table: Table, form: str, option: str, override: Override, *, randomness: Callable[[int], bytes]
) -> None:
    """Store an override and its line of the history, all or nothing. Raises StorageUnavailableError."""
    from registration_core.domain.identifiers import new_ulid  # noqa: PLC0415 - a visitor stores none

    values = _values(override)
    line = items.plain_item(
        keys.override_key(form, new_ulid(override.at, randomness)),
        option=option,
        **values,
        expires_at=items.seconds(override.at + HISTORY_KEPT),
    )
    for _ in range(_ATTEMPTS):
        before: Item = table.get(keys.openings_key(form)) or {"options": {}, "version": 0}
        options = {**before["options"], option: values}
        after = items.plain_item(keys.openings_key(form), options=options, version=before["version"] + 1)
        same = "attribute_not_exists(pk) OR version = :version"
        if not table.transact({"openings": put(after, same, version=before["version"]), "line": put(line)}):
            return
    raise StorageUnavailableError(f'Too many others are opening or closing options of "{form}". Try again.')


def _values(override: Override) -> dict[str, Any]:
    until = {"until": override.until.isoformat()} if override.until is not None else {}
    return {"open": override.open, "by": override.by, "at": override.at.isoformat(timespec="milliseconds"), **until}
