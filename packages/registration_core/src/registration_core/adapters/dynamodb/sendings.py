"""Staff's sendings: one item each, with those of the same text in one partition."""

from __future__ import annotations

from datetime import datetime

from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.mail_errors import SendingNotFoundError
from registration_core.domain.mail_ports import Sendings
from registration_core.domain.sendings import Sending, parse_sending_id

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from registration_core.adapters.dynamodb.table import Item, Table
    from registration_core.domain.ports import Clock


class DynamoSendings(Sendings):
    """Sendings of one table."""

    def __init__(self, table: Table, *, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def get(self, sending: str) -> Sending:
        """Return one sending by its ID."""
        try:
            key = keys.sending_key(*parse_sending_id(sending))
        except ValueError as error:
            raise SendingNotFoundError(sending) from error
        item = self._table.get(key)
        if item is None or items.expired(item, self._clock.now()):
            raise SendingNotFoundError(sending)
        return _read(item)

    def of(self, digest: str) -> Sequence[Sending]:
        """Return all sendings with the same text, by number."""
        pk, _ = keys.sending_key(digest, 1)
        now = self._clock.now()
        return [_read(item) for item in self._table.query("pk = :pk", pk=pk) if not items.expired(item, now)]

    def begin(self, sending: Sending) -> bool:
        """Store a sending. Return False if one with this digest and number exists, which then hasn't ended."""
        key = keys.sending_key(sending.digest, sending.number)
        item = items.plain_item(
            key,
            digest=sending.digest,
            number=sending.number,
            form=sending.form,
            template=sending.template,
            values=dict(sending.values),
            by=sending.by,
            at=sending.at.isoformat(timespec="milliseconds"),
            expires_at=items.seconds(sending.expires_at),
        )
        free = "attribute_not_exists(pk) OR expires_at <= :now"
        stored = self._table.put(item, free, now=items.seconds(self._clock.now())) is None
        if not stored:
            self._table.update(key, "REMOVE ended_at", "attribute_exists(pk)")
        return stored

    def end(self, sending: Sending, *, at: datetime) -> None:
        """Record that all of a sending was queued by then, with its new expiry."""
        self._table.update(
            keys.sending_key(sending.digest, sending.number),
            "SET ended_at = :at, expires_at = :expires",
            "attribute_exists(pk)",
            at=at.isoformat(timespec="milliseconds"),
            expires=items.seconds(sending.expires_at),
        )


def _read(item: Item) -> Sending:
    return Sending(
        digest=item["digest"],
        number=item["number"],
        form=item["form"],
        template=item["template"],
        values=item["values"],
        by=item["by"],
        at=datetime.fromisoformat(item["at"]),
        expires_at=items.from_seconds(item["expires_at"]),
        ended_at=datetime.fromisoformat(item["ended_at"]) if "ended_at" in item else None,
    )
