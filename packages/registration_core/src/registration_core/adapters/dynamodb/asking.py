"""Mails that the staff ask for: noted, and told in the entry's history, before anything is queued."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.batches import items_at
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.patient import PatientCall
from registration_core.adapters.dynamodb.seats import wire_key
from registration_core.domain.errors import EntryChangedError
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.mail import MailState
from registration_core.domain.mail_errors import MailAskedError
from registration_core.domain.mail_ports import AskedMails
from registration_core.domain.submission import Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.domain.mail import MailRequest
    from registration_core.domain.ports import Clock
    from registration_core.domain.submission import Submission


class DynamoAskedMails(AskedMails):
    """Mails in their own items, beside the entry that they are about."""

    def __init__(self, call: Call, table_name: str, *, clock: Clock, randomness: Callable[[int], bytes]) -> None:
        self._call = call
        self._table_name = table_name
        self._clock = clock
        self._randomness = randomness

    def ask(self, request: MailRequest, entry: Submission, *, what: str, by: str) -> None:
        """Note, all or nothing, that this mail is to be sent, and write it into the entry's history."""
        now = self._clock.now()
        event = Event(new_ulid(now, self._randomness), now, what, by)
        mail = items.plain_item(
            table.mail_key(entry.id, request.name),
            state=MailState.QUEUED.value,
            attempts=0,
            asked_at=now.isoformat(timespec="milliseconds"),
            expires_at=items.seconds(entry.expires_at),
            **items.mail_attributes(request),
            **items.mail_topic(request, now, open_=True),
        )
        writes: dict[str, dict[str, dict[str, Any]]] = {
            "entry": {
                "ConditionCheck": {
                    "Key": wire_key(table.submission_key(entry.id)),
                    "ConditionExpression": "#version = :version",
                    "ExpressionAttributeNames": {"#version": "version"},
                    "ExpressionAttributeValues": {":version": {"N": str(entry.version)}},
                }
            },
            "mail": {"Put": {"Item": mail, "ConditionExpression": "attribute_not_exists(pk)"}},
            "event": {"Put": {"Item": items.event_item(entry, event)}},
        }
        for write in writes.values():
            for parameters in write.values():
                parameters["TableName"] = self._table_name
        transaction = {"TransactItems": list(writes.values()), "ClientRequestToken": event.id}
        call = PatientCall(self._call)
        try:
            call("TransactWriteItems", transaction)
        except AwsCallError as error:
            refused = error.refused(writes)
            if not refused:
                raise translated(error, self._table_name) from error
            if self._is_there(call, table.event_key(entry.id, event.id)):
                return  # ours, written already; its answer got lost
            if "entry" in refused:
                raise EntryChangedError(entry.id) from error
            raise MailAskedError(f'The mail {request.name} of "{entry.id}" was asked for by another.') from error

    def states(self, requests: Iterable[MailRequest]) -> Mapping[tuple[str, str], MailState]:
        """Return what became of mails that are noted."""
        keys = [wire_key(table.mail_key(request.id, request.name)) for request in requests]
        found: dict[tuple[str, str], MailState] = {}
        for item in items_at(self._call, self._table_name, keys):
            place = item["pk"]["S"].removeprefix("SUB#"), item["sk"]["S"].removeprefix(table.MAIL)
            found[place] = MailState(item["state"]["S"])
        return found

    def _is_there(self, call: Call, key: tuple[str, str]) -> bool:
        try:
            found = call("GetItem", {"TableName": self._table_name, "Key": wire_key(key), "ConsistentRead": True})
        except AwsCallError as error:
            raise translated(error, self._table_name) from error
        return "Item" in found
