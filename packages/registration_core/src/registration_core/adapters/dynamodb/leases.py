"""Who may send a mail now: a lease on the mail's item, so that a message delivered twice mails nobody twice."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.domain.errors import MailHeldError, MailLeaseLostError
from registration_core.domain.mail import MailState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.domain.mail import MailRequest

_REFUSED = "ConditionalCheckFailedException"
_OWN = "#holder = :holder AND #state = :sending"
_SET_TOPIC = "#topic = :topic, #topic_id = :topic_id"
_TOPIC_NAMES = {table.TOPIC, table.TOPIC_ID}


class MailLeases:
    """Leases on the mails of one table."""

    def __init__(self, call: Call, table_name: str) -> None:
        self._call = call
        self._table_name = table_name

    def take(self, request: MailRequest, *, holder: str, now: datetime, until: datetime, expires_at: datetime) -> bool:
        """Keep the promise of `SubmissionRepository.lease_mail`."""
        told = items.mail_attributes(request) | items.mail_topic(request, now, open_=True)
        try:
            self._update(
                request,
                "SET #state = :sending, #holder = :holder, #lease = :until, #expires = :expires"
                + "".join(f", #{name} = :told_{name}" for name in told)
                + " ADD #attempts :one",
                "attribute_not_exists(pk) OR #state = :queued "
                "OR (#state = :sending AND (#lease <= :now OR #holder = :holder))",
                {"state", "holder", "lease_until", "expires_at", "attempts", *told},
                {
                    **{f":told_{name}": value for name, value in told.items()},
                    ":sending": MailState.SENDING.value,
                    ":queued": MailState.QUEUED.value,
                    ":holder": holder,
                    ":until": items.milliseconds(until),
                    ":now": items.milliseconds(now),
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
        values = {":message": message_id, ":at": now.isoformat(timespec="milliseconds"), ":holder": holder}
        told = "#message = :message, #sent_at = :at"
        names = {"state", "holder", "lease_until", "message_id", "sent_at", "problem"}
        topic = _topic(request, now, open_=False)
        try:
            self._update(
                request,
                f"SET #state = :sent, {_SET_TOPIC}, {told} REMOVE #lease, #problem",
                "#holder = :holder AND #state = :sending",
                names | _TOPIC_NAMES,
                {**values, **topic, ":sent": MailState.SENT.value, ":sending": MailState.SENDING.value},
            )
        except AwsCallError as error:
            if error.code != _REFUSED:
                raise translated(error, self._table_name) from error
            if error.item is None or error.item["holder"]["S"] != holder:
                raise MailLeaseLostError(
                    f"The mail {request.kind} of {request.id} outlived its lease; another worker may have sent it too."
                ) from error
        else:
            return
        # What became of it was told before this note, and stands.
        self._change(request, f"SET {told} REMOVE #lease, #problem", "#holder = :holder", names - {"state"}, values)

    def release(self, request: MailRequest, *, holder: str, problem: str) -> None:
        """Keep the promise of `SubmissionRepository.release_mail`."""
        values = {":past": 0, ":holder": holder, ":sending": MailState.SENDING.value, ":problem": problem}
        names = {"state", "holder", "lease_until", "problem"}
        self._change(request, "SET #lease = :past, #problem = :problem", _OWN, names, values)

    def end(self, request: MailRequest, *, holder: str, state: MailState, now: datetime) -> None:
        """Keep the promise of `SubmissionRepository.end_mail`."""
        topic = _topic(request, now, open_=state is MailState.SUPPRESSED)
        values = {":ended": state.value, ":holder": holder, ":sending": MailState.SENDING.value, **topic}
        names = {"state", "holder", "lease_until"} | _TOPIC_NAMES
        self._change(request, f"SET #state = :ended, {_SET_TOPIC} REMOVE #lease", _OWN, names, values)

    def note(self, request: MailRequest, *, state: MailState, weaker: Collection[MailState], now: datetime) -> bool:
        """Keep the promise of `MailOutcomes.note`. weaker: the states that this one may follow."""
        topic = _topic(request, now, open_=state is not MailState.DELIVERED)
        before = {f":before{place}": each.value for place, each in enumerate(sorted(weaker))}
        condition = f"attribute_exists(pk) AND #state IN ({', '.join(before)})"
        values = {":state": state.value, **topic, **before}
        return self._change(request, f"SET #state = :state, {_SET_TOPIC}", condition, {"state"} | _TOPIC_NAMES, values)

    def _change(
        self, request: MailRequest, update: str, condition: str, names: set[str], values: Mapping[str, object]
    ) -> bool:
        """Update a mail's item; False when its condition does not hold."""
        try:
            self._update(request, update, condition, names, values)
        except AwsCallError as error:
            if error.code != _REFUSED:
                raise translated(error, self._table_name) from error
            return False
        return True

    def _update(
        self, request: MailRequest, update: str, condition: str, names: set[str], values: Mapping[str, object]
    ) -> None:
        pk, sk = table.mail_key(request.id, request.name)
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


def _topic(request: MailRequest, at: datetime, *, open_: bool) -> dict[str, object]:
    return {f":{name}": value for name, value in items.mail_topic(request, at, open_=open_).items()}


def _placeholder(name: str) -> str:
    short = {"lease_until": "#lease", "expires_at": "#expires", "message_id": "#message"}
    return short.get(name, f"#{name}")
