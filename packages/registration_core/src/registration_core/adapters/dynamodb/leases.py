"""Leases: the right to send a mail, so that a message delivered twice sends one mail."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.errors import MailHeldError, MailLeaseLostError
from registration_core.domain.mail import MailState

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Item, Key, Table
    from registration_core.domain.mail import MailRequest

_OWN = "#holder = :holder AND #state = :leased"
_SET_TOPIC = "#topic = :topic, #topic_id = :topic_id"


class MailLeases:
    """Leases on the mails of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, request: MailRequest, *, holder: str, now: datetime, until: datetime, expires_at: datetime) -> bool:
        """Take a mail's lease; see `SubmissionRepository.lease_mail`."""
        mail = items.mail_attributes(request) | items.mail_topic(request, now, open_=True)
        in_the_way = take_lease(
            self._table, _key(request), mail, holder=holder, now=now, until=until, expires_at=expires_at
        )
        if in_the_way is not None and in_the_way.get("state", "sending") == MailState.SENDING.value:
            raise MailHeldError(f"The mail {request.kind} of {request.id} is being sent by another worker.")
        return in_the_way is None

    def mark_sent(self, request: MailRequest, *, holder: str, message_id: str, now: datetime) -> None:
        """Record a sent mail; see `SubmissionRepository.mark_mail_sent`."""
        note = "#message_id = :message, #sent_at = :at REMOVE #lease_until, #problem"
        values = {"message": message_id, "at": now.isoformat(timespec="milliseconds"), "holder": holder}
        in_the_way = self._update(
            request,
            f"SET #state = :sent, {_SET_TOPIC}, {note}",
            _OWN,
            **values,
            **items.mail_topic(request, now, open_=False),
            sent=MailState.SENT.value,
            leased=MailState.SENDING.value,
        )
        if in_the_way is None:
            return
        if in_the_way.get("holder") != holder:
            raise MailLeaseLostError(
                f"The mail {request.kind} of {request.id} lost its lease. Another worker may have sent it too."
            )
        # SES reported the outcome before this update; it stays.
        self._update(request, f"SET {note}", "#holder = :holder", **values)

    def release(self, request: MailRequest, *, holder: str, problem: str) -> None:
        """Release a lease; see `SubmissionRepository.release_mail`."""
        release_lease(self._table, _key(request), holder=holder, problem=problem)

    def end(self, request: MailRequest, *, holder: str, state: MailState, now: datetime) -> None:
        """Record that a mail won't be sent; see `SubmissionRepository.end_mail`."""
        self._update(
            request,
            f"SET #state = :ended, {_SET_TOPIC} REMOVE #lease_until",
            _OWN,
            ended=state.value,
            holder=holder,
            leased=MailState.SENDING.value,
            **items.mail_topic(request, now, open_=state is MailState.SUPPRESSED),
        )

    def note(self, request: MailRequest, *, state: MailState, weaker: Collection[MailState], now: datetime) -> bool:
        """Record an outcome; see `MailOutcomes.note`. weaker: the states that this one may follow."""
        before = {f"before{number}": each.value for number, each in enumerate(sorted(weaker))}
        in_the_way = self._update(
            request,
            f"SET #state = :state, {_SET_TOPIC}",
            f"attribute_exists(pk) AND #state IN ({', '.join(f':{name}' for name in before)})",
            state=state.value,
            **before,
            **items.mail_topic(request, now, open_=state is not MailState.DELIVERED),
        )
        return in_the_way is None

    def _update(self, request: MailRequest, change: str, when: str, /, **values: object) -> Item | None:
        """Update a mail's item. Return None if it was written, otherwise the existing item."""
        return self._table.update(_key(request), change, when, **values)


def take_lease(
    table: Table,
    key: Key,
    attributes: Mapping[str, object],
    *,
    holder: str,
    now: datetime,
    until: datetime,
    expires_at: datetime,
) -> Item | None:
    """Take the lease of a mail or a delivery. Return None if it was taken, otherwise the existing item."""
    return table.update(
        key,
        "SET #state = :leased, #holder = :holder, #lease_until = :until, #expires_at = :expires"
        + "".join(f", #{name} = :{name}" for name in attributes)
        + " ADD #attempts :one",
        "attribute_not_exists(pk) OR #state = :queued "
        "OR (#state = :leased AND (#lease_until <= :now OR #holder = :holder))",
        **attributes,
        leased=MailState.SENDING.value,
        queued=MailState.QUEUED.value,
        holder=holder,
        until=items.milliseconds(until),
        now=items.milliseconds(now),
        expires=items.seconds(expires_at),
        one=1,
    )


def release_lease(table: Table, key: Key, *, holder: str, problem: str) -> None:
    """Release a lease that this holder has, so that another attempt may follow at once."""
    release = "SET #lease_until = :past, #problem = :problem"
    table.update(key, release, _OWN, past=0, problem=problem, holder=holder, leased=MailState.SENDING.value)


def _key(request: MailRequest) -> Key:
    return keys.mail_key(request.id, request.name)
