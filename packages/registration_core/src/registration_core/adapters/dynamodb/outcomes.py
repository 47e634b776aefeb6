"""Outcomes: what SES reports later about mails, and the suppressions that follow."""

from __future__ import annotations

import os

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.leases import MailLeases
from registration_core.adapters.dynamodb.table import delete, put
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.mail import MailState
from registration_core.domain.mail_ports import MailOutcomes, SuppressionList
from registration_core.domain.submission import Event, email_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Key, Table
    from registration_core.domain.mail import MailRequest
    from registration_core.domain.ports import Clock, Signer
    from registration_core.domain.submission import Submission

_WEAKER: Mapping[MailState, frozenset[MailState]] = {
    MailState.DELIVERED: frozenset({MailState.SENDING, MailState.SENT}),
    MailState.REJECTED: frozenset({MailState.SENDING, MailState.SENT}),
    MailState.BOUNCED: frozenset({MailState.SENDING, MailState.SENT, MailState.DELIVERED}),
    MailState.COMPLAINED: frozenset({MailState.SENDING, MailState.SENT, MailState.DELIVERED, MailState.BOUNCED}),
}
"""The states that each may follow. SES reports in any order, maybe while the lease is still held."""

_MOST_TOLD = 20
"""A transaction has at most 100 writes. No family has more submissions than this."""


class DynamoMailOutcomes(MailOutcomes):
    """Stores outcomes in the mails' items."""

    def __init__(self, table: Table, *, clock: Clock) -> None:
        self._leases = MailLeases(table)
        self._clock = clock

    def note(self, request: MailRequest, state: MailState) -> bool:
        """Record what became of a mail, and return whether that changed anything."""
        return self._leases.note(request, state=state, weaker=_WEAKER[state], now=self._clock.now())


class DynamoSuppressionList(SuppressionList):
    """One item per address, under its fingerprint, so that the table alone doesn't reveal the addresses."""

    def __init__(self, table: Table, *, signer: Signer, clock: Clock) -> None:
        self._table = table
        self._signer = signer
        self._clock = clock

    def add(self, address: str, *, reason: MailState, expires_at: datetime) -> None:
        """Suppress this address until then. A later call can only extend the time."""
        self._table.update(
            self._keys(address)[0],
            "SET #reason = :reason, #at = :at, #expires_at = :expires",
            "attribute_not_exists(pk) OR #expires_at < :expires",
            reason=reason.value,
            at=self._clock.now().isoformat(timespec="milliseconds"),
            expires=items.seconds(expires_at),
        )

    def holds(self, address: str) -> bool:
        """Whether this address is suppressed now."""
        return any(map(self._holds, self._keys(address)))

    def lift(self, address: str, *, entries: Sequence[Submission], by: str) -> None:
        """Remove this address from the list, all or nothing, whether it is on it or not."""
        now = self._clock.now()
        writes = {f"list {pk}": delete((pk, sk)) for pk, sk in self._keys(address)}
        for submission in entries[:_MOST_TOLD]:
            event = Event(new_ulid(now, os.urandom), now, "suppression lifted", by)
            writes[f"event {event.id}"] = put(items.event_item(submission, event))
        self._table.transact(writes)

    def _holds(self, key: Key) -> bool:
        item = self._table.get(key)
        return item is not None and not items.expired(item, self._clock.now())

    def _keys(self, address: str) -> Sequence[Key]:
        fingerprints = self._signer.fingerprints("suppress", email_key(address))
        return [keys.suppression_key(fingerprint) for fingerprint in fingerprints]
