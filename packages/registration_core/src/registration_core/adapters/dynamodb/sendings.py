"""The staff's sendings: one item each; those of the same words lie together."""

from __future__ import annotations

from datetime import datetime

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.patient import PatientCall
from registration_core.adapters.dynamodb.seats import REFUSED, wire_key
from registration_core.domain.mail_errors import SendingNotFoundError
from registration_core.domain.mail_ports import Sendings
from registration_core.domain.sendings import Sending, parse_sending_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.items import Item
    from registration_core.domain.ports import Clock


class DynamoSendings(Sendings):
    """Sendings of one table, by any `Call`."""

    def __init__(self, call: Call, table_name: str, *, clock: Clock) -> None:
        self._call = call
        self._table_name = table_name
        self._clock = clock

    def get(self, sending: str) -> Sending:
        """Return one sending by its ID."""
        try:
            key = wire_key(table.sending_key(*parse_sending_id(sending)))
        except ValueError as error:
            raise SendingNotFoundError(sending) from error
        item = self._ask("GetItem", {"Key": key, "ConsistentRead": True}).get("Item")
        if item is None or items.expired(item, self._clock.now()):
            raise SendingNotFoundError(sending)
        return _read(item)

    def of(self, digest: str) -> Sequence[Sending]:
        """Return all sendings of the same words, in the order of their numbers."""
        pk, _ = table.sending_key(digest, 1)
        query: dict[str, Any] = {
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": pk}},
            "ConsistentRead": True,
        }
        found: list[Sending] = []
        while True:
            answer = self._ask("Query", query)
            found += [_read(item) for item in answer["Items"] if not items.expired(item, self._clock.now())]
            if not answer.get("LastEvaluatedKey"):
                return found
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def begin(self, sending: Sending) -> bool:
        """Keep a sending; False when there is one of this digest and number already."""
        item = items.plain_item(
            table.sending_key(sending.digest, sending.number),
            digest=sending.digest,
            number=sending.number,
            form=sending.form,
            template=sending.template,
            values=dict(sending.values),
            by=sending.by,
            at=sending.at.isoformat(timespec="milliseconds"),
            expires_at=items.seconds(sending.expires_at),
        )
        put = {
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": str(items.seconds(self._clock.now()))}},
        }
        return self._write("PutItem", put)

    def end(self, sending: Sending, *, at: datetime) -> None:
        """Note that all of a sending was queued by then, and keep it as long as it says now."""
        update = {
            "Key": wire_key(table.sending_key(sending.digest, sending.number)),
            "UpdateExpression": "SET ended_at = :at, expires_at = :expires",
            "ConditionExpression": "attribute_exists(pk)",
            "ExpressionAttributeValues": {
                ":at": {"S": at.isoformat(timespec="milliseconds")},
                ":expires": {"N": str(items.seconds(sending.expires_at))},
            },
        }
        self._write("UpdateItem", update)

    def _write(self, operation: str, parameters: Mapping[str, Any]) -> bool:
        try:
            PatientCall(self._call)(operation, {"TableName": self._table_name, **parameters})
        except AwsCallError as error:
            if error.code != REFUSED:
                raise translated(error, self._table_name) from error
            return False
        return True

    def _ask(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return PatientCall(self._call)(operation, {"TableName": self._table_name, **parameters})
        except AwsCallError as error:
            raise translated(error, self._table_name) from error


def _read(item: Item) -> Sending:
    values = {name: items.from_wire(value) for name, value in item.items()}
    return Sending(
        digest=values["digest"],
        number=values["number"],
        form=values["form"],
        template=values["template"],
        values=values["values"],
        by=values["by"],
        at=datetime.fromisoformat(values["at"]),
        expires_at=items.moment(values["expires_at"]),
        ended_at=datetime.fromisoformat(values["ended_at"]) if "ended_at" in values else None,
    )
