"""The policy check that the emulator lacks: which items an identity may use (dynamodb:LeadingKeys).

Source: DynamoDB's developer guide, "Using IAM policy conditions for fine-grained access control". A
transaction is checked item by item, each for its own action.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

CONDITION = ("ForAllValues:StringLike", "dynamodb:LeadingKeys")
WHY = "because no identity-based policy allows the action"
"""How AWS ends such a refusal: IAM user guide, "Access denied error messages"."""

IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


class LeadingKeysCheck:
    """Refuses every DynamoDB call that AWS would refuse for its keys."""

    def __init__(self, statements: Sequence[Mapping[str, Any]]) -> None:
        self._statements = statements

    def watch(self, session: Any) -> None:
        """Check whatever the clients of a boto3 session are about to send."""
        session.events.register("before-parameter-build.dynamodb", self._looked_at)

    def _looked_at(self, params: Mapping[str, Any], model: Any, **_more: object) -> None:
        for action, key in reached(model.name, params):
            if not self._permits(f"dynamodb:{action}", key):
                message = f"User: staff is not authorized to perform: dynamodb:{action} on an item {key} {WHY}"
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": message}}, model.name)

    def _permits(self, action: str, key: str | None) -> bool:
        """Return whether a statement about the action admits the key.

        Without any such statement the emulator refuses by itself.
        """
        about = [statement for statement in self._statements if action in listed(statement["Action"])]
        return not about or key is None or any(self._admits(statement, key) for statement in about)

    @staticmethod
    def _admits(statement: Mapping[str, Any], key: str) -> bool:
        operator, variable = CONDITION
        conditions = statement.get("Condition", {})
        if not conditions:
            return not any("/index/" in resource for resource in listed(statement["Resource"]))
        return any(fnmatchcase(key, pattern) for pattern in listed(conditions[operator][variable]))


def reached(operation: str, params: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Return each action that a call needs, with the item's leading key, or None for an index."""
    if operation == "TransactWriteItems":
        for write in params["TransactItems"]:
            for kind, one in write.items():
                yield IN_TRANSACTIONS[kind], (one.get("Item") or one["Key"])["pk"]["S"]
    elif operation == "BatchGetItem":
        for asked in params["RequestItems"].values():
            for key in asked["Keys"]:
                yield operation, key["pk"]["S"]
    elif operation == "Query":
        yield operation, None if "IndexName" in params else params["ExpressionAttributeValues"][":pk"]["S"]
    elif "Key" in params or "Item" in params:
        yield operation, (params.get("Item") or params["Key"])["pk"]["S"]
    else:
        yield operation, None
