"""The list of addresses that are not mailed, as it is taken from one table into another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.patient import PatientCall
from registration_core.adapters.dynamodb.table import suppression_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registration_core.adapters.dynamodb.call import Call

_BEGIN, _ = suppression_key("")


class CopiedSuppressions:
    """The addresses on one table's list that another table's lacks, or has for a shorter time."""

    def __init__(self, call: Call, *, source: str, target: str) -> None:
        self._call = PatientCall(call)
        self._source = source
        self._target = target

    def missing(self) -> Sequence[Mapping[str, Any]]:
        """Return the items to copy; it reads both tables whole. Raises StorageUnavailableError."""
        there = {item["pk"]["S"]: _until(item) for item in self._items(self._target)}
        return [item for item in self._items(self._source) if there.get(item["pk"]["S"], 0) < _until(item)]

    def copy(self, item: Mapping[str, Any]) -> None:
        """Put one item into the target, unless that has it for as long by now. Raises StorageUnavailableError."""
        parameters = {
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at < :until",
            "ExpressionAttributeValues": {":until": item["expires_at"]},
        }
        try:
            self._call("PutItem", {"TableName": self._target, **parameters})
        except AwsCallError as error:
            if error.code != "ConditionalCheckFailedException":
                raise translated(error, self._target) from error

    def _items(self, table_name: str) -> list[Mapping[str, Any]]:
        scan: dict[str, Any] = {
            "TableName": table_name,
            "FilterExpression": "begins_with(pk, :begin)",
            "ExpressionAttributeValues": {":begin": {"S": _BEGIN}},
            "ConsistentRead": True,
        }
        found: list[Mapping[str, Any]] = []
        while True:
            try:
                answer = self._call("Scan", scan)
            except AwsCallError as error:
                raise translated(error, table_name) from error
            found += answer.get("Items", ())
            if not answer.get("LastEvaluatedKey"):
                return found
            scan["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _until(item: Mapping[str, Any]) -> int:
    return int(item["expires_at"]["N"])
