"""The guard keys: what fingerprints are made with. The table holds them in one item; the stack makes it itself.

See docs/decisions/0026-keys.md.
"""

from __future__ import annotations

import os
import time

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.seats import REFUSED
from registration_core.adapters.signing import HmacSigner
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.ports import Signer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call

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
        call: Call,
        table_name: str,
        *,
        randomness: Callable[[int], bytes] = os.urandom,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._call = call
        self._table_name = table_name
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
        pk, sk = table.GUARD_KEYS
        key = {"pk": {"S": pk}, "sk": {"S": sk}}
        try:
            answer = self._call("GetItem", {"TableName": self._table_name, "Key": key, "ConsistentRead": True})
        except AwsCallError as error:
            raise translated(error, self._table_name) from error
        return recognised(answer["Item"]) if "Item" in answer else self._make()

    def _make(self) -> tuple[str, ...]:
        first = self._randomness(KEY_BYTES).hex()
        write = {
            "TableName": self._table_name,
            "Item": items.plain_item(table.GUARD_KEYS, keys=[first]),
            "ConditionExpression": "attribute_not_exists(pk)",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._call("PutItem", write)
        except AwsCallError as error:
            if error.code == REFUSED and error.item:
                return recognised(error.item)  # another was faster, or the answer to our own got lost
            raise translated(error, self._table_name) from error
        return (first,)

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
    coming = [items.from_wire(item["coming"])] if "coming" in item else []
    return (*items.from_wire(item["keys"]), *coming)
