"""Makes moto's DynamoDB keep AWS's promises: calls don't mix, and a transaction that fails leaves nothing behind.

moto's server answers several calls at once without a lock. For each item of a transaction it copies
the whole table, and it keeps every copy until it ends: minutes and gigabytes for a suite of tests.
"""

from __future__ import annotations

import copy
import threading
from typing import TYPE_CHECKING, Any

from moto.core.common_models import BaseModel
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONE_AT_A_TIME = threading.RLock()


def bridge() -> None:
    """Replace those parts of moto."""
    BaseModel.__new__ = untracked
    DynamoHandler.call_action = alone(DynamoHandler.call_action)
    Table.__deepcopy__ = lambda self, _memo: self
    DynamoDBBackend.transact_write_items = undone_on_failure(DynamoDBBackend.transact_write_items)


def untracked(cls: type, *_args: object, **_more: object) -> Any:
    """Make an object that moto doesn't remember for its dashboard."""
    return object.__new__(cls)


def alone(call: Callable[[DynamoHandler], Any]) -> Callable[[DynamoHandler], Any]:
    """Answer one call at a time, so that writes and transactions are isolated from each other.

    Source: Amazon DynamoDB Developer Guide, "Isolation levels for DynamoDB transactions".
    """

    def as_in_aws(self: DynamoHandler) -> Any:
        with ONE_AT_A_TIME:
            return call(self)

    return as_in_aws


def undone_on_failure(transact: Callable[..., None]) -> Callable[..., None]:
    """Undo a failed transaction by the items that it named, where moto puts back a copy of each table."""

    def as_in_aws(self: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> None:
        before = [
            (table, *place, copy.deepcopy(table.get_item(*place))) for table, place in named(self, transact_items)
        ]
        records = {id(table): len(table.stream_shard.items) for table, *_ in before if table.stream_shard}
        try:
            transact(self, transact_items)
        except Exception:
            for table, hash_key, range_key, item in before:
                if item is None:
                    table.items[hash_key].pop(range_key, None)
                else:
                    table.items[hash_key][range_key] = item
                if table.stream_shard:
                    del table.stream_shard.items[records[id(table)] :]
            raise

    return as_in_aws


def named(backend: DynamoDBBackend, transact_items: list[dict[str, Any]]) -> Iterator[tuple[Table, Any]]:
    """Return the table and the two keys of each item that a transaction names, if both exist."""
    for item in transact_items:
        for operation in item.values():
            table = backend.tables.get(operation.get("TableName", ""))
            keys = operation.get("Key") or operation.get("Item") or {}
            if table and keys.keys() >= {table.hash_key_attr, table.range_key_attr}:
                yield table, (DynamoType(keys[table.hash_key_attr]), DynamoType(keys[table.range_key_attr]))
