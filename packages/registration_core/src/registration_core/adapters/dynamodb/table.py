"""One DynamoDB table: takes and returns Python values, and handles the name, pages, errors and retries."""

from __future__ import annotations

import os
import re

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.retries import Retries
from registration_core.domain.errors import StorageUnavailableError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, TypeAlias

    from registration_core.adapters.dynamodb.call import Call

    Key: TypeAlias = tuple[str, str]
    """pk and sk."""
    Item: TypeAlias = dict[str, Any]
    """Attributes by name: text, numbers, bools, lists, dicts, and sets of whole numbers or texts."""
    Write: TypeAlias = dict[str, dict[str, Any]]
    """One write of a transaction, made by `put`, `update`, `delete` or `check`."""

MOST_WRITES = 100
"""The most writes in one transaction."""
_MOST_KEYS = 100
"""BatchGetItem accepts no more."""


class Table:
    """One table, by any `Call`.

    Expressions are DynamoDB's own: `#name` stands for the attribute of that name, `:name` for the
    value given by that name. Every method raises StorageUnavailableError if the call fails after
    all retries. retry_s and the other arguments: see `Retries`.
    """

    def __init__(self, call: Call, name: str, **retries: Any) -> None:  # noqa: ANN401 - as Retries declares them
        self.name = name
        self._call = Retries(call, **retries)

    def get(self, key: Key) -> Item | None:
        """Return the current item at a key; None if there is none."""
        answer = self._ask("GetItem", {"TableName": self.name, "Key": wire_key(key), "ConsistentRead": True})
        return from_wire_item(answer["Item"]) if "Item" in answer else None

    def query(
        self,
        condition: str,
        /,
        *,
        index: str | None = None,
        sift: str = "",
        newest_first: bool = False,
        limits: Iterator[int] | None = None,
        **values: object,
    ) -> Iterator[Item]:
        """Yield the items of a key condition, and read each page when it is needed.

        index: None for a consistent read of the table itself. sift: a filter expression. limits:
        the most items that each page reads.
        """
        query = _expressions(KeyConditionExpression=condition, FilterExpression=sift, values=values)
        query |= {"ConsistentRead": True} if index is None else {"IndexName": index}
        query |= {"ScanIndexForward": False} if newest_first else {}
        return self._pages("Query", query, limits)

    def scan(self, sift: str, /, **values: object) -> Iterator[Item]:
        """Yield the items of the whole table that match a condition."""
        scan = _expressions(FilterExpression=sift, values=values)
        return self._pages("Scan", scan | {"ConsistentRead": True}, None)

    def batch_get(self, keys: Sequence[Key]) -> Iterator[Item]:
        """Yield the items at these keys, in any order."""
        for start in range(0, len(keys), _MOST_KEYS):
            wanted = [wire_key(key) for key in keys[start : start + _MOST_KEYS]]
            items: list[Item] = []
            for _ in self._call.rounds():
                request = {self.name: {"Keys": wanted, "ConsistentRead": True}}
                answer = self._ask("BatchGetItem", {"RequestItems": request})
                items += map(from_wire_item, answer.get("Responses", {}).get(self.name, ()))
                wanted = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
                if not wanted:
                    break
            else:
                raise StorageUnavailableError("The table kept returning only part of the data.")
            yield from items

    def put(self, item: Item, when: str = "", /, **values: object) -> Item | None:
        """Put an item. Return None if it was written, otherwise the item that failed the condition."""
        return self._write("PutItem", put(item, when, **values)["Put"])

    def update(self, key: Key, change: str, when: str = "", /, **values: object) -> Item | None:
        """Update an item. Return None if it was written, otherwise the item that failed the condition."""
        return self._write("UpdateItem", update(key, change, when, **values)["Update"])

    def update_and_get(self, key: Key, change: str, when: str, /, **values: object) -> tuple[bool, Item]:
        """Update an item. Return True and the updated item, or False and the item that failed the condition."""
        after: Item = {}
        in_the_way = self._write(
            "UpdateItem", update(key, change, when, **values)["Update"] | {"ReturnValues": "ALL_NEW"}, after
        )
        return (True, after) if in_the_way is None else (False, in_the_way)

    def delete(self, key: Key) -> None:
        """Remove an item."""
        self._write("DeleteItem", delete(key)["Delete"])

    def transact(self, writes: Mapping[str, Write]) -> dict[str, Item]:
        """Write all or nothing. Return an empty dict if all was written, otherwise the conflicting items by write.

        With the token, DynamoDB recognises a transaction that is sent twice because its response
        got lost.
        """
        items = [{kind: {"TableName": self.name, **write[kind]}} for write in writes.values() for kind in write]
        try:
            self._call("TransactWriteItems", {"TransactItems": items, "ClientRequestToken": os.urandom(16).hex()})
        except AwsCallError as error:
            refused = error.refused(writes)
            if not refused:
                raise self._translated(error) from error
            return {name: from_wire_item(item) for name, item in refused.items()}
        return {}

    def _write(self, operation: str, write: Mapping[str, Any], after: Item | None = None) -> Item | None:
        try:
            answer = self._call(operation, {"TableName": self.name, **write})
        except AwsCallError as error:
            if error.code != "ConditionalCheckFailedException":
                raise self._translated(error) from error
            return from_wire_item(error.item or {})
        if after is not None:
            after |= from_wire_item(answer["Attributes"])
        return None

    def _pages(self, operation: str, query: dict[str, Any], limits: Iterator[int] | None) -> Iterator[Item]:
        while True:
            page = query if limits is None else query | {"Limit": next(limits)}
            answer = self._ask(operation, {"TableName": self.name, **page})
            yield from map(from_wire_item, answer.get("Items", ()))
            if not answer.get("LastEvaluatedKey"):
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _ask(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._call(operation, parameters)
        except AwsCallError as error:
            raise self._translated(error) from error

    def _translated(self, error: AwsCallError) -> StorageUnavailableError:
        from registration_core.adapters.dynamodb.failures import translated  # noqa: PLC0415 - most calls succeed

        return translated(error, self.name)


def put(item: Item, when: str = "", /, **values: object) -> Write:
    """Return the write that puts an item."""
    return {"Put": {"Item": wire_item(item), **_expressions(ConditionExpression=when, values=values)}}


def update(key: Key, change: str, when: str = "", /, **values: object) -> Write:
    """Return the write that updates an item."""
    return {
        "Update": {
            "Key": wire_key(key),
            **_expressions(UpdateExpression=change, ConditionExpression=when, values=values),
        }
    }


def delete(key: Key, when: str = "", /, **values: object) -> Write:
    """Return the write that removes an item."""
    return {"Delete": {"Key": wire_key(key), **_expressions(ConditionExpression=when, values=values)}}


def check(key: Key, when: str, /, **values: object) -> Write:
    """Return a check, which writes nothing and cancels its transaction unless the condition is true."""
    return {"ConditionCheck": {"Key": wire_key(key), **_expressions(ConditionExpression=when, values=values)}}


def to_wire(value: object) -> dict[str, Any]:
    """Return a value in DynamoDB's format. Raises TypeError for a type that our items don't use."""
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, str):
        return {"S": str(value)}
    if isinstance(value, int | float):
        return {"N": repr(value)}
    if isinstance(value, list):
        return {"L": [to_wire(element) for element in value]}
    if isinstance(value, dict):
        return {"M": {key: to_wire(element) for key, element in value.items()}}
    if isinstance(value, set | frozenset):
        kind = "SS" if all(isinstance(element, str) for element in value) else "NS"
        return {kind: [str(element) for element in sorted(value)]}
    raise TypeError(f"an item can't have a {type(value).__name__}")


def from_wire(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 - an attribute may be anything
    """Return an attribute's Python value. Raises TypeError for a type that our items don't use."""
    ((kind, content),) = value.items()
    if kind in ("S", "BOOL"):
        return content
    if kind == "N":
        return int(content) if content.lstrip("-").isdigit() else float(content)
    if kind == "L":
        return [from_wire(element) for element in content]
    if kind == "M":
        return from_wire_item(content)
    if kind == "NS":
        return frozenset(map(int, content))
    if kind == "SS":
        return frozenset(content)
    raise TypeError(f"items don't have the type {kind}")


def wire_item(item: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """Return an item in DynamoDB's format."""
    return {name: to_wire(value) for name, value in item.items()}


def from_wire_item(item: Mapping[str, Mapping[str, Any]]) -> Item:
    """Return an item's Python values."""
    return {name: from_wire(value) for name, value in item.items()}


def wire_key(key: Key) -> dict[str, dict[str, str]]:
    """Return pk and sk in DynamoDB's format."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}


def _expressions(*, values: Mapping[str, object], **expressions: str) -> dict[str, Any]:
    """Return the expressions with their names and values, without empty ones.

    If a condition fails, DynamoDB returns the existing item.
    """
    used = {name: text for name, text in expressions.items() if text}
    names = {f"#{name}": name for text in used.values() if "#" in text for name in re.findall(r"#(\w+)", text)}
    parameters: dict[str, Any] = dict(used)
    if "ConditionExpression" in used:
        parameters["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    if names:
        parameters["ExpressionAttributeNames"] = names
    if values:
        parameters["ExpressionAttributeValues"] = {f":{name}": to_wire(value) for name, value in values.items()}
    return parameters
