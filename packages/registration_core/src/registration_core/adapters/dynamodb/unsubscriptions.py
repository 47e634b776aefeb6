"""Unsubscriptions: who wants none of a form's mails that aren't about the contract."""

from __future__ import annotations

import os

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.table import delete, put
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.mail import MailState
from registration_core.domain.mail_ports import Unsubscriptions
from registration_core.domain.submission import Event, email_key
from registration_core.domain.transitions import REGISTRANT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Key, Table, Write
    from registration_core.domain.ports import Clock, Signer
    from registration_core.domain.submission import Submission


class DynamoUnsubscriptions(Unsubscriptions):
    """One item per form and address, under their fingerprint, beside the suppressions: the table shows no address."""

    def __init__(self, table: Table, *, signer: Signer, clock: Clock) -> None:
        self._table = table
        self._signer = signer
        self._clock = clock

    def add(self, submission: Submission, *, expires_at: datetime) -> None:
        """Add a submission's address for its form, until then, with a line in its history."""
        now = self._clock.now()
        item = items.plain_item(
            self._keys(submission)[0],
            reason=MailState.UNSUBSCRIBED.value,
            at=now.isoformat(timespec="milliseconds"),
            expires_at=items.seconds(expires_at),
        )
        unlisted = put(item, "attribute_not_exists(pk) OR expires_at <= :now", now=items.seconds(now))
        self._table.transact({"list": unlisted} | self._line(submission, "mail unsubscribed", REGISTRANT))

    def holds(self, submission: Submission) -> bool:
        """Whether a submission's address is on the list of its form."""
        listed = map(self._table.get, self._keys(submission))
        now = self._clock.now()
        return any(item is not None and not items.expired(item, now) for item in listed)

    def lift(self, submission: Submission, *, by: str) -> None:
        """Take a submission's address off the list of its form, with a line in its history."""
        writes = {f"list {pk}": delete((pk, sk)) for pk, sk in self._keys(submission)}
        self._table.transact(writes | self._line(submission, "mail subscribed again", by))

    def _line(self, submission: Submission, what: str, by: str) -> dict[str, Write]:
        now = self._clock.now()
        return {"event": put(items.event_item(submission, Event(new_ulid(now, os.urandom), now, what, by)))}

    def _keys(self, submission: Submission) -> Sequence[Key]:
        purpose = f"unsubscribe {submission.form}"
        fingerprints = self._signer.fingerprints(purpose, email_key(submission.email))
        return [keys.suppression_key(fingerprint) for fingerprint in fingerprints]
