"""Suppressions copied from one table to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registration_core.adapters.dynamodb.keys import suppression_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.adapters.dynamodb.table import Table

_BEGIN, _ = suppression_key("")


class CopiedSuppressions:
    """The suppressions that another table lacks, or has for a shorter time."""

    def __init__(self, *, source: Table, target: Table) -> None:
        self._source = source
        self._target = target

    def missing(self) -> Sequence[Mapping[str, Any]]:
        """Return the items to copy. Reads both tables in full. Raises StorageUnavailableError."""
        there = {item["pk"]: item["expires_at"] for item in _items(self._target)}
        return [item for item in _items(self._source) if there.get(item["pk"], 0) < item["expires_at"]]

    def copy(self, item: Mapping[str, Any]) -> None:
        """Put one item into the target, unless it now has it for as long. Raises StorageUnavailableError."""
        longer = "attribute_not_exists(pk) OR expires_at < :until"
        self._target.put(dict(item), longer, until=item["expires_at"])


def _items(table: Table) -> Sequence[Mapping[str, Any]]:
    return list(table.scan("begins_with(pk, :begin)", begin=_BEGIN))
