"""Guard keys: the keys of fingerprints, in one item of the table that the stack creates.

See docs/decisions/0026-keys.md.
"""

from __future__ import annotations

import os
import time

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.signing import HmacSigner
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.ports import Signer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from registration_core.adapters.dynamodb.table import Key, Table

KEY_BYTES = 32
FRESH_S = 5 * 60
"""How long keys are used before they are read again. A change takes effect within this time."""


class GuardKeys(Signer):
    """Makes fingerprints with the table's current key, and reads the keys on first use.

    If several functions create the item at the same time, one wins, and all use its key.
    beside: other items, which are looked for in the same call; see `has`. Each method but warm
    raises StorageUnavailableError if the keys were never read and can't be read now.
    """

    def __init__(
        self,
        table: Table,
        *,
        randomness: Callable[[int], bytes] = os.urandom,
        monotonic: Callable[[], float] = time.monotonic,
        beside: Sequence[Key] = (),
    ) -> None:
        self._table = table
        self._randomness = randomness
        self._monotonic = monotonic
        self._signers: tuple[HmacSigner, ...] = ()
        self._read_at = 0.0
        self._beside = beside
        self._found: frozenset[Key] = frozenset()

    def warm(self) -> None:
        """Read the keys now, in the cold start. If that fails, the first event tries again."""
        try:
            self._current()
        except StorageUnavailableError:
            return

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return the HMAC-SHA256 of purpose and value under the current key."""
        return self._current()[0].fingerprint(purpose, value)

    def fingerprints(self, purpose: str, value: str) -> Sequence[str]:
        """Return the HMAC-SHA256 of purpose and value under each key, the current one first."""
        return tuple(signer.fingerprint(purpose, value) for signer in self._current())

    def has(self, key: Key) -> bool:
        """Whether one of the items beside the keys was there when they were read."""
        self._current()
        return key in self._found

    def keys(self) -> tuple[str, ...]:
        """Read the keys, and create the first one if there is none. Raises StorageUnavailableError."""
        if self._beside:
            stored = {
                (item["pk"], item["sk"]): item for item in self._table.batch_get([keys.GUARD_KEYS, *self._beside])
            }
            item = stored.pop(keys.GUARD_KEYS, None)
            self._found = frozenset(stored)
        else:
            item = self._table.get(keys.GUARD_KEYS)
        return self._make() if item is None else recognised(item)

    def _make(self) -> tuple[str, ...]:
        first = self._randomness(KEY_BYTES).hex()
        standing = self._table.put(items.plain_item(keys.GUARD_KEYS, keys=[first]), "attribute_not_exists(pk)")
        return (first,) if standing is None else recognised(standing)  # another was faster, or our response got lost

    def _current(self) -> tuple[HmacSigner, ...]:
        now = self._monotonic()
        if not self._signers or now - self._read_at >= FRESH_S:
            try:
                self._signers = tuple(map(HmacSigner, self.keys()))
            except StorageUnavailableError:
                if not self._signers:
                    raise
            else:
                self._read_at = now
        return self._signers


def recognised(item: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the item's keys: the current one, older ones, and an announced one."""
    coming = [item["coming"]] if "coming" in item else []
    return (*item["keys"], *coming)
