"""How often a sender came: one item a sender and window, counted on condition, forgotten by TTL."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.domain.ports import RateCounter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call

_REQUEST_LETTERS = 22
"""Of a request's fingerprint: 88 bits tell a day's requests of one sender apart."""


class DynamoRateCounter(RateCounter):
    """Counts in one table."""

    def __init__(self, call: Call, table_name: str) -> None:
        self._call = call
        self._table_name = table_name

    def take(self, sender: str, window: str, *, most: int, expires_at: datetime, request: str | None = None) -> bool:
        """Count one request of a sender, unless `most` others were counted already."""
        values: dict[str, Any] = {
            ":most": {"N": str(most)},
            ":expires": {"N": str(items.seconds(expires_at))},
        }
        if request is None:
            add, condition, values[":one"] = "#count :one", "#count < :most", {"N": "1"}
        else:
            add, condition = "#count :requests", "size(#count) < :most OR contains(#count, :request)"
            values[":request"] = {"S": request[:_REQUEST_LETTERS]}
            values[":requests"] = {"SS": [request[:_REQUEST_LETTERS]]}
        pk, sk = table.rate_key(sender, window)
        update = {
            "TableName": self._table_name,
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
            "UpdateExpression": f"ADD {add} SET #expires = :expires",
            "ConditionExpression": f"attribute_not_exists(pk) OR {condition}",
            "ExpressionAttributeNames": {
                "#count": "count" if request is None else "requests",
                "#expires": "expires_at",
            },
            "ExpressionAttributeValues": values,
        }
        try:
            self._call("UpdateItem", update)
        except AwsCallError as error:
            if error.code == "ConditionalCheckFailedException":
                return False
            raise translated(error, self._table_name) from error
        return True
