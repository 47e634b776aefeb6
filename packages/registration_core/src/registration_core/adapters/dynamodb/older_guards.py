"""Guards that older guard keys made: while the keys are being changed they still count."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.seats import wire_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from typing import Any

    from registration_core.domain.submission import Idempotency, Once


def checks_of_older_guards(
    table_name: str, form: str, once: Once | None, idempotency: Idempotency | None, *, now: datetime
) -> dict[str, dict[str, Any]]:
    """Return what refuses a transaction where one of these guards stands; mostly there is no older key, and nothing.

    Their names begin with `once ` or `idempotency `, so that who reads a refusal knows which it was.
    """
    named = {}
    if idempotency is not None:
        keys = [key for key, _ in idempotency.earlier if key != idempotency.key]
        named = {f"idempotency {key}": table.idempotency_key(form, key) for key in keys}
    if once is not None:
        named |= {f"once {person}": table.once_key(form, once.option, person) for person in once.earlier}
    return {
        name: {
            "ConditionCheck": {
                "TableName": table_name,
                "Key": wire_key(key),
                "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
                "ExpressionAttributeValues": {":now": {"N": str(items.seconds(now))}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        for name, key in named.items()
    }


def besides(checks: dict[str, dict[str, Any]], own: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the checks of guards that are not the entry's own."""
    return {name: each for name, each in checks.items() if each["ConditionCheck"]["Key"]["pk"]["S"] not in own}
