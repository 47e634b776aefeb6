"""Writes of a transaction that put an item, by what must stand there before."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from registration_core.adapters.dynamodb.items import Item


def fresh(table_name: str, item: Item) -> dict[str, Any]:
    """Put an item where none stands."""
    return {"Put": {"TableName": table_name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}}


def guard(table_name: str, item: Item, *, now: datetime) -> dict[str, Any]:
    """Put a guard unless one stands there whose time is not over; that one is wanted back."""
    return {
        "Put": {
            "TableName": table_name,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": str(items.seconds(now))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }


def unchanged(table_name: str, item: Item) -> dict[str, Any]:
    """Put a guard as it stands there, unless it is another's by now; that one is wanted back."""
    return {
        "Put": {
            "TableName": table_name,
            "Item": item,
            "ConditionExpression": "submission = :first",
            "ExpressionAttributeValues": {":first": item["submission"]},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
