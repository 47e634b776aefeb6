"""Seats and places in the queue: what a transaction writes about them, and how a ticket is drawn.

`QUOTA` counts; `SEAT#<id>` and `WAIT#<ticket>` say who. A seat outlives its entry's retention, for the place was taken;
a place in the queue doesn't.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.domain.errors import QuotaNotFoundError
from registration_core.domain.quota import PublicSeats, QuotaState
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.items import Item
    from registration_core.domain.submission import Submission

REFUSED = "ConditionalCheckFailedException"
FOR_NEWCOMER = "taken < #capacity AND tickets = departed"
FOR_WAITING = "taken < #capacity"
CAPACITY = {"#capacity": "capacity"}
"""A word that DynamoDB keeps for itself."""
UNSETTLED = "tickets >= :ticket AND NOT contains(gone, :ticket) AND (attribute_not_exists(floor) OR floor < :ticket)"
_MOST_KEYS = 100
_MARK_KEPT_S = 24 * 60 * 60


class Seats:
    """The quotas of one table."""

    def __init__(self, call: Call, table_name: str) -> None:
        self._call = call
        self._table_name = table_name

    def states(self, form: str, options: Sequence[str]) -> dict[str, QuotaState]:
        """Keep the promise of `SubmissionRepository.quotas`."""
        keys = [wire_key(table.quota_key(form, option)) for option in options]
        found: dict[str, QuotaState] = {}
        while keys:
            asked, keys = keys[:_MOST_KEYS], keys[_MOST_KEYS:]
            request = {self._table_name: {"Keys": asked, "ConsistentRead": True}}
            answer = self._ask("BatchGetItem", RequestItems=request)
            for item in answer.get("Responses", {}).get(self._table_name, ()):
                state = read_state(item)
                found[state.option] = state
            keys += answer.get("UnprocessedKeys", {}).get(self._table_name, {}).get("Keys", [])
        return found

    def item(self, form: str, option: str) -> Item:
        """Return a quota's item. Raises QuotaNotFoundError."""
        key = wire_key(table.quota_key(form, option))
        answer = self._ask("GetItem", TableName=self._table_name, Key=key, ConsistentRead=True)
        if "Item" not in answer:
            raise QuotaNotFoundError(form, option)
        found: Item = answer["Item"]
        return found

    def make(self, form: str, option: str, capacity: int) -> None:
        """Make a quota unless there is one."""
        item = items.plain_item(
            table.quota_key(form, option),
            form=form,
            option=option,
            capacity=capacity,
            taken=0,
            tickets=0,
            departed=0,
        )
        try:
            self._call(
                "PutItem",
                {"TableName": self._table_name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"},
            )
        except AwsCallError as error:
            if error.code != REFUSED:
                raise translated(error, self._table_name) from error

    def draw_ticket(self, form: str, option: str, *, holder: str, now: datetime) -> int | None:
        """Keep the promise of `ManagedRepository.take_ticket`."""
        try:
            answer = self._call(
                "UpdateItem",
                {
                    "TableName": self._table_name,
                    "Key": wire_key(table.quota_key(form, option)),
                    "UpdateExpression": "ADD tickets :one SET ticket_for = :holder, ticket_at = :now",
                    "ConditionExpression": "(taken >= #capacity OR tickets > departed) "
                    "AND (attribute_not_exists(ticket_for) OR ticket_for <> :holder)",
                    "ExpressionAttributeNames": CAPACITY,
                    "ExpressionAttributeValues": {
                        ":one": {"N": "1"},
                        ":holder": {"S": holder},
                        ":now": {"N": str(items.milliseconds(now))},
                    },
                    "ReturnValues": "ALL_NEW",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                },
            )
        except AwsCallError as error:
            if error.code != REFUSED:
                raise translated(error, self._table_name) from error
            if not error.item:
                raise QuotaNotFoundError(form, option) from error
            if error.item.get("ticket_for") == {"S": holder}:  # ours, drawn already; its answer got lost
                return int(error.item["tickets"]["N"])
            return None
        return int(answer["Attributes"]["tickets"]["N"])

    def settle(self, form: str, option: str, ticket: int, *, now: datetime) -> None:
        """Keep the promise of `ManagedRepository.settle_ticket`.

        A mark stands in the entry's place, so that an entry which comes after all finds its ticket gone.
        """
        mark = items.plain_item(
            table.wait_key(form, option, ticket), expires_at=items.seconds(now) + _MARK_KEPT_S, settled=True
        )
        put = {
            "TableName": self._table_name,
            "Item": mark,
            "ConditionExpression": "attribute_not_exists(pk) OR (attribute_exists(submission) AND expires_at <= :now)",
            "ExpressionAttributeValues": {":now": {"N": str(items.seconds(now))}},
        }
        count = self.count(form, option, 0, ticket, UNSETTLED)
        count["Update"]["ExpressionAttributeValues"][":ticket"] = {"N": str(ticket)}
        try:
            self._call("TransactWriteItems", {"TransactItems": [{"Put": put}, count]})
        except AwsCallError as error:
            if not error.refused(("wait", "quota")):  # else it is settled, or held by an entry
                raise translated(error, self._table_name) from error

    def writes(self, before: Submission | None, after: Submission) -> dict[str, dict[str, Any]]:
        """Return what a transaction writes about an entry's seat and ticket, by `quota`, `seat`, `left` and `wait`.

        before: None for a new entry. Only what changes is written; the quota's condition holds a seat wanted to what
        is free. What an entry gives back of another option stands under `old quota`, `old seat` and `old left`.
        """
        if before is not None and before.option != after.option:
            gone = replace(before, status=Status.CANCELLED, position=None)
            given_back = {f"old {name}": write for name, write in self._writes(before, gone).items()}
            return self._writes(None, after) | given_back
        return self._writes(before, after)

    def _writes(self, before: Submission | None, after: Submission) -> dict[str, dict[str, Any]]:
        if after.option is None:
            return {}
        old_ticket, new_ticket = _ticket(before), _ticket(after)
        seats = after.seated - (before is not None and before.seated)
        departing = old_ticket if old_ticket != new_ticket else None
        writes: dict[str, dict[str, Any]] = {}
        if seats or departing is not None:
            condition = "attribute_exists(pk)"
            if seats > 0:
                condition = FOR_NEWCOMER if departing is None else FOR_WAITING
            writes["quota"] = self.count(after.form, after.option, seats, departing, condition)
        key = table.seat_key(after.form, after.option, after.id)
        if after.seated and (seats or (before is not None and before.verify_by != after.verify_by)):
            writes["seat"] = {"Put": {"TableName": self._table_name, "Item": _seat(key, after)}}
        elif seats < 0:
            writes["seat"] = {"Delete": {"TableName": self._table_name, "Key": wire_key(key)}}
        if departing is not None:
            place = table.wait_key(after.form, after.option, departing)
            writes["left"] = {"Delete": {"TableName": self._table_name, "Key": wire_key(place)}}
        if new_ticket is not None and new_ticket != old_ticket:
            writes["wait"] = {"Put": self._place(after, new_ticket)}
        return writes

    def count(self, form: str, option: str, seats: int, departing: int | None, condition: str) -> dict[str, Any]:
        """Return the write that counts seats, taken or freed, and a departing ticket, or neither."""
        parts: list[str] = []
        values: dict[str, dict[str, Any]] = {}
        if seats or departing is None:
            parts.append("taken :seats")
            values[":seats"] = {"N": str(seats)}
        if departing is not None:
            parts.append("departed :one, gone :gone")
            values |= {":one": {"N": "1"}, ":gone": {"NS": [str(departing)]}}
        update = {
            "TableName": self._table_name,
            "Key": wire_key(table.quota_key(form, option)),
            "UpdateExpression": f"ADD {', '.join(parts)}",
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        return {"Update": update | ({"ExpressionAttributeNames": CAPACITY} if "#capacity" in condition else {})}

    def _place(self, submission: Submission, ticket: int) -> dict[str, Any]:
        item = items.plain_item(
            table.wait_key(submission.form, str(submission.option), ticket),
            submission=submission.id,
            expires_at=items.seconds(submission.expires_at),
        )
        return {"TableName": self._table_name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}

    def _ask(self, operation: str, **parameters: Any) -> dict[str, Any]:  # noqa: ANN401 - DynamoDB's own shapes
        try:
            return self._call(operation, parameters)
        except AwsCallError as error:
            raise translated(error, self._table_name) from error


def read_state(item: Mapping[str, Any]) -> QuotaState:
    """Return how a quota stands that an item holds."""
    numbers = {name: int(item[name]["N"]) for name in ("capacity", "taken", "tickets", "departed")}
    set_at = datetime.fromisoformat(item["set_at"]["S"]) if "set_at" in item else None
    set_by = item.get("set_by", {}).get("S")
    shown = PublicSeats(item["shown"]["S"]) if "shown" in item else None
    form, option = item["form"]["S"], item["option"]["S"]
    return QuotaState(form=form, option=option, **numbers, set_by=set_by, set_at=set_at, shown=shown)


def _ticket(submission: Submission | None) -> int | None:
    """Return the ticket with which an entry waits; None when it doesn't."""
    return submission.position if submission is not None and submission.option is not None else None


def _seat(key: tuple[str, str], submission: Submission) -> Item:
    until = {} if submission.verify_by is None else {"verify_by": items.seconds(submission.verify_by)}
    return items.plain_item(key, submission=submission.id, **until)


def wire_key(key: tuple[str, str]) -> Item:
    """Return pk and sk as DynamoDB sends them."""
    return {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
