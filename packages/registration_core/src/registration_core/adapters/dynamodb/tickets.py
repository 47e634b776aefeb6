"""Who comes next, and tickets that were given out to entries which never came."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.seats import REFUSED, Seats, wire_key
from registration_core.domain.quota import Departures, may_be_promoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.items import Item


class Tickets:
    """The queues of one table.

    Places are read before the quota's item: a ticket without a place was then either departed already, and the item
    says so, or its entry has not come yet.
    """

    def __init__(self, call: Call, table_name: str, *, now: datetime) -> None:
        self._call = call
        self._table_name = table_name
        self._now = now
        self._seats = Seats(call, table_name)

    def next(self, form: str, option: str) -> str | None:
        """Keep the promise of `ManagedRepository.next_waiting`."""
        lowest = next(self._places(form, option), None)
        if lowest is None:
            return None
        departures = _departures(self._seats.item(form, option))
        return lowest[1] if may_be_promoted(lowest[0], departures) else None

    def waiting(self, form: str, option: str) -> Sequence[str]:
        """Keep the promise of `ManagedRepository.waiting`."""
        return [submission_id for _, submission_id in self._places(form, option)]

    def abandoned(self, form: str, option: str, *, age: timedelta) -> Sequence[int]:
        """Keep the promise of `ManagedRepository.abandoned_tickets`."""
        waiting = {ticket for ticket, _ in self._places(form, option)}
        item = self._seats.item(form, option)
        departures = _departures(item)
        long_ago = items.milliseconds(self._now - age)
        tickets = _number(item, "tickets")
        ripe = tickets if _number(item, "ticket_at") <= long_ago else 0
        if _number(item, "seen_at") <= long_ago:
            ripe = max(ripe, _number(item, "seen"))
            self._note(form, option, item, departures)
        return [ticket for ticket in departures.open_until(ripe) if ticket not in waiting]

    def _note(self, form: str, option: str, item: Item, departures: Departures) -> None:
        """Note which tickets there are now, for the next call, and what departed in fewer words."""
        compact = departures.compacted()
        covered = sorted(departures.beyond - compact.beyond)
        values: dict[str, Any] = {
            ":tickets": item["tickets"],
            ":now": {"N": str(items.milliseconds(self._now))},
            ":floor": {"N": str(compact.floor)},
            ":before": {"N": str(departures.floor)},
        }
        update = "SET seen = :tickets, seen_at = :now, floor = :floor"
        if covered:
            update += " DELETE gone :covered"
            values[":covered"] = {"NS": list(map(str, covered))}
        if item["tickets"] == item.get("seen") and not covered:
            return
        try:
            self._call(
                "UpdateItem",
                {
                    "TableName": self._table_name,
                    "Key": wire_key(table.quota_key(form, option)),
                    "UpdateExpression": update,
                    "ConditionExpression": "attribute_not_exists(floor) OR floor = :before",
                    "ExpressionAttributeValues": values,
                },
            )
        except AwsCallError as error:
            if error.code != REFUSED:  # else another sweep has noted it
                raise translated(error, self._table_name) from error

    def _places(self, form: str, option: str) -> Iterator[tuple[int, str]]:
        """Yield tickets that wait, lowest first, with the IDs of their entries."""
        pk, _ = table.quota_key(form, option)
        parameters: dict[str, Any] = {
            "TableName": self._table_name,
            "KeyConditionExpression": "pk = :pk AND begins_with(sk, :wait)",
            "FilterExpression": "attribute_exists(submission) AND expires_at > :now",
            "ExpressionAttributeValues": {
                ":pk": {"S": pk},
                ":wait": {"S": table.WAIT},
                ":now": {"N": str(items.seconds(self._now))},
            },
            "ConsistentRead": True,
        }
        while True:
            try:
                answer = self._call("Query", parameters)
            except AwsCallError as error:
                raise translated(error, self._table_name) from error
            for item in answer.get("Items", ()):
                yield int(item["sk"]["S"].removeprefix(table.WAIT)), item["submission"]["S"]
            if not answer.get("LastEvaluatedKey"):
                return
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _departures(item: Item) -> Departures:
    gone = item.get("gone", {}).get("NS", ())
    return Departures(_number(item, "floor"), frozenset(map(int, gone)))


def _number(item: Item, name: str) -> int:
    return int(item[name]["N"]) if name in item else 0
