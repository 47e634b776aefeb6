"""The list of addresses that are not mailed, as it is taken from one table into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registration_core.adapters.dynamodb.keys import suppression_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.adapters.dynamodb.table import Table

_BEGIN, _ = suppression_key("")


class CopiedSuppressions:
    """The addresses on one table's list that another table's lacks, or has for a shorter time."""

    def __init__(self, *, source: Table, target: Table) -> None:
        self._source = source
        self._target = target

    def missing(self) -> Sequence[Mapping[str, Any]]:
        """Return the items to copy; it reads both tables whole. Raises StorageUnavailableError."""
        there = {item["pk"]: item["expires_at"] for item in _items(self._target)}
        return [item for item in _items(self._source) if there.get(item["pk"], 0) < item["expires_at"]]

    def copy(self, item: Mapping[str, Any]) -> None:
        """Put one item into the target, unless that has it for as long by now. Raises StorageUnavailableError."""
        longer = "attribute_not_exists(pk) OR expires_at < :until"
        self._target.put(dict(item), longer, until=item["expires_at"])


def _items(table: Table) -> Sequence[Mapping[str, Any]]:
    return list(table.scan("begins_with(pk, :begin)", begin=_BEGIN))
