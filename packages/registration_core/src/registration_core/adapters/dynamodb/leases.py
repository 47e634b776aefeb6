"""Who may send a mail now: a lease on the mail's item, so that a message delivered twice mails nobody twice."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.domain.errors import MailHeldError, MailLeaseLostError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.domain.mail import MailRequest

_REFUSED = "ConditionalCheckFailedException"


class MailLeases:
    """Leases on the mails of one table."""

    def __init__(self, call: Call, table_name: str) -> None:
        self._call = call
        self._table_name = table_name

    def take(self, request: MailRequest, *, holder: str, now: datetime, until: datetime, expires_at: datetime) -> bool:
        """Keep the promise of `SubmissionRepository.lease_mail`."""
        try:
            self._update(
                request,
                "SET #state = :sending, #holder = :holder, #lease = :until, #kind = :kind, #version = :version, "
                "#expires = :expires ADD #attempts :one",
                "attribute_not_exists(pk) OR (#state = :sending AND (#lease <= :now OR #holder = :holder))",
                {"state", "holder", "lease_until", "kind", "version", "expires_at", "attempts"},
                {
                    ":sending": "sending",
                    ":holder": holder,
                    ":until": items.milliseconds(until),
                    ":now": items.milliseconds(now),
                    ":kind": request.kind.value,
                    ":version": request.version,
                    ":expires": items.seconds(expires_at),
                    ":one": 1,
                },
            )
        except AwsCallError as error:
            if error.code != _REFUSED:
                raise translated(error, self._table_name) from error
            if error.item is not None and error.item["state"]["S"] != "sending":
                return False
            raise MailHeldError(f"The mail {request.kind} of {request.id} is being sent by another worker.") from error
        return True

    def mark_sent(self, request: MailRequest, *, holder: str, message_id: str, now: datetime) -> None:
        """Keep the promise of `SubmissionRepository.mark_mail_sent`."""
        try:
            self._update(
                request,
                "SET #state = :sent, #message = :message, #sent_at = :at REMOVE #lease",
                "#holder = :holder",
                {"state", "holder", "lease_until", "message_id", "sent_at"},
                {
                    ":sent": "sent",
                    ":message": message_id,
                    ":at": now.isoformat(timespec="milliseconds"),
                    ":holder": holder,
                },
            )
        except AwsCallError as error:
            if error.code != _REFUSED:
                raise translated(error, self._table_name) from error
            raise MailLeaseLostError(
                f"The mail {request.kind} of {request.id} outlived its lease; another worker may have sent it too."
            ) from error

    def release(self, request: MailRequest, *, holder: str) -> None:
        """Keep the promise of `SubmissionRepository.release_mail`."""
        try:
            self._update(
                request,
                "SET #lease = :past",
                "#holder = :holder AND #state = :sending",
                {"state", "holder", "lease_until"},
                {":past": 0, ":holder": holder, ":sending": "sending"},
            )
        except AwsCallError as error:
            if error.code != _REFUSED:
                raise translated(error, self._table_name) from error

    def _update(
        self, request: MailRequest, update: str, condition: str, names: set[str], values: Mapping[str, object]
    ) -> None:
        pk, sk = table.mail_key(request.id, request.kind.value, request.version)
        parameters: dict[str, Any] = {
            "TableName": self._table_name,
            "Key": {"pk": {"S": pk}, "sk": {"S": sk}},
            "UpdateExpression": update,
            "ConditionExpression": condition,
            "ExpressionAttributeNames": {_placeholder(name): name for name in names},
            "ExpressionAttributeValues": {name: items.to_wire(value) for name, value in values.items()},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        self._call("UpdateItem", parameters)


def _placeholder(name: str) -> str:
    short = {"lease_until": "#lease", "expires_at": "#expires", "message_id": "#message"}
    return short.get(name, f"#{name}")
