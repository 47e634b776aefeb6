"""The ring of guard keys, for operators: announce a new key, make it current, or add an old one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.guard_keys import FRESH_S
from registration_core.domain.errors import RollcallError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registration_core.adapters.dynamodb.table import Table

ANNOUNCED_FOR = timedelta(seconds=FRESH_S) + timedelta(minutes=1)
"""How long all functions must know a key before one may use it: until then, some still have the keys from before."""


class RingChangedError(RollcallError):
    """Someone else changed the guard keys at the same time. Nothing was written."""

    code = "ring_changed"


@dataclass(frozen=True, slots=True)
class Ring:
    """The guard keys. keys: the current one, then older ones. coming: announced, but not yet current."""

    keys: tuple[str, ...]
    coming: str | None = None
    since: datetime | None = None

    def announce(self, key: str, *, at: datetime) -> Ring:
        """Return the ring with an announced key, which all functions learn before any uses it."""
        return replace(self, coming=key, since=at)

    def in_force_from(self) -> datetime | None:
        """Return when the announced key may become current; None if there is none."""
        return None if self.since is None else self.since + ANNOUNCED_FOR

    def put_in_force(self) -> Ring:
        """Return the ring with the announced key as the current one; older keys are still recognised."""
        return Ring(self.keys if self.coming is None else (self.coming, *self.keys))

    def with_older(self, key: str) -> Ring:
        """Return the ring with an old key, so that its fingerprints are recognised again."""
        return self if key in self.keys else replace(self, keys=(*self.keys, key))

    def forget_older(self) -> Ring:
        """Return the ring with only the current key."""
        return replace(self, keys=self.keys[:1])


def name_of(key: str) -> str:
    """Return a key's name: part of its hash, which reveals nothing about the key."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


class GuardKeyRing:
    """The ring of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self) -> Ring | None:
        """Return the ring; None if no key exists yet. Raises StorageUnavailableError."""
        item = self._table.get(keys.GUARD_KEYS)
        if item is None:
            return None
        since = item.get("since")
        return Ring(tuple(item["keys"]), item.get("coming"), datetime.fromisoformat(since) if since else None)

    def write(self, ring: Ring, *, instead_of: Ring | None) -> None:
        """Replace the ring that was read. Raises RingChangedError, StorageUnavailableError."""
        unchanged, before = "attribute_not_exists(pk)", dict[str, Any]()
        if instead_of is not None:
            coming = "attribute_not_exists(coming)" if instead_of.coming is None else "coming = :coming"
            unchanged, before = f"#keys = :keys AND {coming}", dict(_attributes(instead_of))
            before.pop("since", None)
        item = items.plain_item(keys.GUARD_KEYS, **_attributes(ring))
        there = self._table.put(item, unchanged, **before)
        if there not in (None, item):  # otherwise it's ours, and its response got lost
            raise RingChangedError("Someone else changed the guard keys at the same time.")


def _attributes(ring: Ring) -> Mapping[str, Any]:
    attributes = {
        "keys": list(ring.keys),
        "coming": ring.coming,
        "since": None if ring.since is None else ring.since.isoformat(timespec="seconds"),
    }
    return {name: value for name, value in attributes.items() if value is not None}
