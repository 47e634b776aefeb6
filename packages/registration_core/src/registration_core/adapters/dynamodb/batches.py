"""Many items by their keys, in as few calls as DynamoDB allows."""

from __future__ import annotations

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.patient import PatientCall
from registration_core.domain.errors import StorageUnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.items import Item

_READ_AT_ONCE = 100
"""BatchGetItem takes no more keys."""
_ROUNDS = 20
"""How often keys that were left out of an answer are asked for again."""


def items_at(call: Call, table_name: str, keys: Sequence[dict[str, Any]]) -> Iterator[Item]:
    """Yield the items at these keys, in any order. Raises StorageUnavailableError."""
    for start in range(0, len(keys), _READ_AT_ONCE):
        yield from _batch(PatientCall(call), table_name, keys[start : start + _READ_AT_ONCE])


def _batch(call: Call, table_name: str, keys: Sequence[dict[str, Any]]) -> Iterator[Item]:
    asked: Any = {table_name: {"Keys": list(keys), "ConsistentRead": True}}
    for _ in range(_ROUNDS):
        try:
            answer = call("BatchGetItem", {"RequestItems": asked})
        except AwsCallError as error:
            raise translated(error, table_name) from error
        yield from answer.get("Responses", {}).get(table_name, ())
        asked = answer.get("UnprocessedKeys")
        if not asked:
            return
    raise StorageUnavailableError("The table answered only in part, again and again.")
