"""The guard keys: what fingerprints are made with. The table holds them in one item; the stack makes it itself.

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

    from registration_core.adapters.dynamodb.table import Table

KEY_BYTES = 32
FRESH_S = 5 * 60
"""How long keys are used before they are read again: what the operator changes is in force within that time."""


class GuardKeys(Signer):
    """Makes fingerprints with the first key of the table's; reads the keys when they are first needed.

    Several may make the item at the same moment: one wins, and all use what it wrote. fingerprint and fingerprints
    raise StorageUnavailableError when the keys were never read and cannot be now.
    """

    def __init__(
        self,
        table: Table,
        *,
        randomness: Callable[[int], bytes] = os.urandom,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._randomness = randomness
        self._monotonic = monotonic
        self._signers: tuple[HmacSigner, ...] = ()
        self._read_at = 0.0

    def warm(self) -> None:
        """Read the keys now, while the function starts; a failure is left for the first event to meet."""
        try:
            self._current()
        except StorageUnavailableError:
            return

    def fingerprint(self, purpose: str, value: str) -> str:
        """Return HMAC-SHA256 of purpose and value under the first key."""
        return self._current()[0].fingerprint(purpose, value)

    def fingerprints(self, purpose: str, value: str) -> Sequence[str]:
        """Return HMAC-SHA256 of purpose and value under each key, the first one's first."""
        return tuple(signer.fingerprint(purpose, value) for signer in self._current())

    def keys(self) -> tuple[str, ...]:
        """Read the keys, and make the first one where there is none. Raises StorageUnavailableError."""
        item = self._table.get(keys.GUARD_KEYS)
        return self._make() if item is None else recognised(item)

    def _make(self) -> tuple[str, ...]:
        first = self._randomness(KEY_BYTES).hex()
        standing = self._table.put(items.plain_item(keys.GUARD_KEYS, keys=[first]), "attribute_not_exists(pk)")
        return (first,) if standing is None else recognised(standing)  # another was faster, or our own answer got lost

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
    """Return the keys of the item: the one in force, those before it, and one that is to come."""
    coming = [item["coming"]] if "coming" in item else []
    return (*item["keys"], *coming)
