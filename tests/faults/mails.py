"""The mail's side of a function test: requests on their way to notify, the mails that SES took, the notes on them."""

from __future__ import annotations

import itertools
import json
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from faults.visitors import FunctionDoor, Post

from registration_core.adapters.sqs import from_message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from faults.functions import Function

_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class AskedMail:
    """A mail that is to be sent. request: as it stands in the queue."""

    address: str
    request: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MailDesk:
    """What a test does to mails, and sees of them: as the queue and as the registrant, never as notify."""

    emulator: str
    dynamodb: Any
    table: str
    notify: Function

    def deliver(self, *requests: Mapping[str, Any]) -> list[Mapping[str, Any]]:
        """Hand notify one batch as SQS does, and return the requests that are to come again.

        Raises FunctionDiedError when notify was killed.
        """
        numbered = {f"message-{next(_numbers)}": request for request in requests}
        records = [{"messageId": name, "body": json.dumps(request)} for name, request in numbered.items()]
        answer = self.notify.invoke({"Records": records})
        return [numbered[failure["itemIdentifier"]] for failure in answer["batchItemFailures"]]

    def mails_to(self, address: str) -> int:
        """How many mails SES took for an address."""
        with urllib.request.urlopen(f"{self.emulator}/_ministack/ses/messages", timeout=10) as answer:  # noqa: S310 - loopback
            accounts = json.load(answer)["messages"].values()
        return sum(mail["To"].count(address) for mails in accounts for mail in mails)

    def note(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What the table holds about a mail: its state, and how often it was attempted."""
        item = self.dynamodb.get_item(TableName=self.table, Key=_key(request), ConsistentRead=True).get("Item", {})
        return {name: next(iter(value.values())) for name, value in item.items()}

    def let_the_lease_run_out(self, request: Mapping[str, Any]) -> None:
        """Move a lease's end into the past: a minute and a half, without the wait."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key=_key(request),
            UpdateExpression="SET lease_until = :past",
            ConditionExpression="attribute_exists(lease_until)",
            ExpressionAttributeValues={":past": {"N": "0"}},
        )


def an_entry(submit: Function, origin: str, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Store one entry and return the request for its registrant's mail."""
    told = FunctionDoor(submit, origin).send(Post("contact", answers))
    assert told.status == 201, told
    return {"id": told.content["id"], "kind": "confirmed", "version": 1}


def _key(request: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    name = from_message(json.dumps(request)).name
    return {"pk": {"S": f"SUB#{request['id']}"}, "sk": {"S": f"MAIL#{name}"}}
