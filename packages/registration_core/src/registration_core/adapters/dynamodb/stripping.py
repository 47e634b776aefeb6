"""What hangs on an entry: kept as long as the entry, and stripped of all that could be personal when it is erased."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.items import Item

MAIL_ATTRIBUTES = frozenset(
    {
        *("pk", "sk", "kind", "version", "copy", "sending", "state", "holder", "lease_until", "attempts", "problem"),
        *("message_id", "asked_at", "sent_at", "expires_at"),
    }
)
"""What an erased entry's mail keeps: no address, and no words of a mail server's."""

_REFUSED = "ConditionalCheckFailedException"


def strip(call: Call, table_name: str, submission_id: str) -> None:
    """Strip what hangs on an entry; nothing is written where nothing is left to remove."""
    try:
        for item in list(hanging_on(call, table_name, submission_id)):
            sk = item["sk"]["S"]
            key = {"TableName": table_name, "Key": {"pk": item["pk"], "sk": item["sk"]}}
            if sk.startswith(table.NOTICE):
                call("DeleteItem", key)
            elif sk.startswith(table.EVENT):
                _keep(call, key, item, items.EVENT_ATTRIBUTES)
            elif sk.startswith(table.MAIL):
                _keep(call, key, item, MAIL_ATTRIBUTES)
    except AwsCallError as error:
        raise translated(error, table_name) from error


def _keep(call: Call, key: dict[str, Any], item: Item, kept: frozenset[str]) -> None:
    names = {f"#n{place}": name for place, name in enumerate(sorted(item.keys() - kept))}
    if not names:
        return
    update = {
        "UpdateExpression": f"REMOVE {', '.join(names)}",
        "ConditionExpression": "attribute_exists(pk)",
        "ExpressionAttributeNames": names,
    }
    try:
        call("UpdateItem", key | update)
    except AwsCallError as error:
        if error.code != _REFUSED:  # else its time was over, and it is gone
            raise


def hanging_on(call: Call, table_name: str, submission_id: str) -> Iterator[Item]:
    """Yield every item of an entry's partition but the entry itself. Raises AwsCallError."""
    pk, _ = table.submission_key(submission_id)
    parameters: dict[str, Any] = {
        "TableName": table_name,
        "KeyConditionExpression": "pk = :pk",
        "ExpressionAttributeValues": {":pk": {"S": pk}},
        "ConsistentRead": True,
    }
    while True:
        answer = call("Query", parameters)
        yield from (item for item in answer.get("Items", ()) if item["sk"]["S"] != table.SUBMISSION)
        if not answer.get("LastEvaluatedKey"):
            return
        parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
