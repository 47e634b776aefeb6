"""What SES told later: the states of mails, and the addresses that are not mailed any more."""

from __future__ import annotations

import os

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.leases import MailLeases
from registration_core.adapters.dynamodb.patient import PatientCall
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.mail import MailState
from registration_core.domain.mail_ports import MailOutcomes, SuppressionList
from registration_core.domain.submission import Event, email_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.domain.mail import MailRequest
    from registration_core.domain.ports import Clock, Signer
    from registration_core.domain.submission import Submission

_WEAKER: Mapping[MailState, frozenset[MailState]] = {
    MailState.DELIVERED: frozenset({MailState.SENDING, MailState.SENT}),
    MailState.REJECTED: frozenset({MailState.SENDING, MailState.SENT}),
    MailState.BOUNCED: frozenset({MailState.SENDING, MailState.SENT, MailState.DELIVERED}),
    MailState.COMPLAINED: frozenset({MailState.SENDING, MailState.SENT, MailState.DELIVERED, MailState.BOUNCED}),
}
"""Which states each one may follow: SES tells in any order, and a lease may still stand when it does."""

_MOST_TOLD = 20
"""A transaction takes a hundred writes; an address with more entries than this is no family's."""


class DynamoMailOutcomes(MailOutcomes):
    """Notes in the mails' own items."""

    def __init__(self, call: Call, table_name: str, *, clock: Clock) -> None:
        self._leases = MailLeases(call, table_name)
        self._clock = clock

    def note(self, request: MailRequest, state: MailState) -> bool:
        """Note what became of a mail, and return whether that changed anything."""
        return self._leases.note(request, state=state, weaker=_WEAKER[state], now=self._clock.now())


class DynamoSuppressionList(SuppressionList):
    """One item an address, found by a fingerprint: the list cannot be read by who has only the table."""

    def __init__(self, call: Call, table_name: str, *, signer: Signer, clock: Clock) -> None:
        self._call = call
        self._table_name = table_name
        self._signer = signer
        self._clock = clock

    def add(self, address: str, *, reason: MailState, expires_at: datetime) -> None:
        """Mail this address no more until then; the longest time given counts."""
        parameters = {
            "TableName": self._table_name,
            "Key": self._keys(address)[0],
            "UpdateExpression": "SET #reason = :reason, #at = :at, #expires = :expires",
            "ConditionExpression": "attribute_not_exists(pk) OR #expires < :expires",
            "ExpressionAttributeNames": {"#reason": "reason", "#at": "at", "#expires": "expires_at"},
            "ExpressionAttributeValues": {
                ":reason": items.to_wire(reason.value),
                ":at": items.to_wire(self._clock.now().isoformat(timespec="milliseconds")),
                ":expires": items.to_wire(items.seconds(expires_at)),
            },
        }
        try:
            self._call("UpdateItem", parameters)
        except AwsCallError as error:
            if error.code != "ConditionalCheckFailedException":
                raise translated(error, self._table_name) from error

    def holds(self, address: str) -> bool:
        """Whether this address is not to be mailed now."""
        return any(map(self._holds, self._keys(address)))

    def lift(self, address: str, *, entries: Sequence[Submission], by: str) -> None:
        """Let this address be mailed again, all or nothing, whether it is on the list or not."""
        now = self._clock.now()
        writes: list[dict[str, Any]] = [
            {"Delete": {"TableName": self._table_name, "Key": key}} for key in self._keys(address)
        ]
        for entry in entries[:_MOST_TOLD]:
            event = Event(new_ulid(now, os.urandom), now, "suppression lifted", by)
            writes.append({"Put": {"TableName": self._table_name, "Item": items.event_item(entry, event)}})
        try:
            PatientCall(self._call)("TransactWriteItems", {"TransactItems": writes})
        except AwsCallError as error:
            raise translated(error, self._table_name) from error

    def _holds(self, key: Mapping[str, object]) -> bool:
        parameters = {"TableName": self._table_name, "Key": key, "ConsistentRead": True}
        try:
            item = self._call("GetItem", parameters).get("Item")
        except AwsCallError as error:
            raise translated(error, self._table_name) from error
        return item is not None and not items.expired(item, self._clock.now())

    def _keys(self, address: str) -> Sequence[Mapping[str, object]]:
        fingerprints = self._signer.fingerprints("suppress", email_key(address))
        keys = map(table.suppression_key, fingerprints)
        return [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in keys]
