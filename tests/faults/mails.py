"""The mail side of a function test: requests for notify, the mails that SES accepted, and their records."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from faults.visitors import FunctionDoor, Post

from registration_core.adapters.sqs import from_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faults.functions import Function
    from faults.proxy import FaultProxy

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class AskedMail:
    """A mail that is to be sent. request: the message as queued."""

    address: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MailDesk:
    """What a test does with mails and sees of them, as the queue and the registrant do."""

    proxy: FaultProxy
    dynamodb: Any
    table: str
    notify: Function

    def deliver(self, *requests: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Hand notify one batch as SQS does, and return the requests to be delivered again.

        Raises FunctionDiedError when notify was killed.
        """
        numbered = {f"message-{next(_numbers)}": request for request in requests}
        records = [{"messageId": name, "body": json.dumps(request)} for name, request in numbered.items()]
        answer = self.notify.invoke({"Records": records})
        return [numbered[failure["itemIdentifier"]] for failure in answer["batchItemFailures"]]

    def mails_to(self, address: str) -> int:
        """Return how many mails SES accepted for an address."""
        return self.proxy.mails[address]

    def note(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return a mail's record in the table: its state, and how often it was attempted."""
        item = self.dynamodb.get_item(TableName=self.table, Key=_key(request), ConsistentRead=True).get("Item", {})
        return {name: next(iter(value.values())) for name, value in item.items()}

    def expire_lease(self, request: Mapping[str, Any]) -> None:
        """Move the end of a lease into the past, instead of waiting a minute and a half."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key=_key(request),
            UpdateExpression="SET lease_until = :past",
            ConditionExpression="attribute_exists(lease_until)",
            ExpressionAttributeValues={":past": {"N": "0"}},
        )


def an_entry(submit: Function, origin: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Store one submission and return the request for its registrant's mail."""
    response = FunctionDoor(submit, origin).send(Post("contact", answers))
    assert response.status == 201, response
    return {"id": response.content["id"], "kind": "confirmed", "version": 1}


def _key(request: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    name = from_message(json.dumps(request)).name
    return {"pk": {"S": f"SUB#{request['id']}"}, "sk": {"S": f"MAIL#{name}"}}
