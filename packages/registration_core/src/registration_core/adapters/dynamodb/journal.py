"""The journal in one DynamoDB table: the sparse index of topics."""

from __future__ import annotations

from datetime import timedelta

from registration_core.adapters.dynamodb import items, keys
from registration_core.domain.forms import LONGEST_RETENTION_DAYS
from registration_core.domain.identifiers import ulid_floor
from registration_core.domain.journal import Journal, JournalEvent, JournalMail

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Item, Table
    from registration_core.domain.ports import Clock

_CLOCKS_DIFFER = timedelta(hours=1)


class DynamoJournal(Journal):
    """Reads one table's topics, newest first."""

    def __init__(self, table: Table, *, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def events(self, form: str, *, since: datetime, until: datetime | None = None) -> Iterator[JournalEvent]:
        """Yield what happened to a form's submissions, newest first."""
        since = self._kept_since(since)
        month = end = until or self._clock.now() + _CLOCKS_DIFFER
        while keys.history_topic(form, month) >= keys.history_topic(form, since):
            event_items = self._items(keys.history_topic(form, month), ulid_floor(since), ulid_floor(end))
            for item in event_items:
                yield JournalEvent(_entry(item), items.readable(items.read_event, item))
            month = keys.month_before(month)

    def mails(self, *, since: datetime) -> Iterator[JournalMail]:
        """Yield the mails that were sent or not sent, newest first."""
        since = self._kept_since(since)
        month = end = self._clock.now() + _CLOCKS_DIFFER
        while keys.mails_topic(month) >= keys.mails_topic(since):
            yield from self._mails(keys.mails_topic(month), since, end)
            month = keys.month_before(month)

    def open_mails(self, *, since: datetime) -> Iterator[JournalMail]:
        """Yield the mails that are queued, bounced or suppressed, newest first."""
        yield from self._mails(keys.OPEN_MAILS, since, self._clock.now() + _CLOCKS_DIFFER)

    def spam(self, form: str, *, since: datetime | None = None, until: datetime | None = None) -> Iterator[str]:
        """Yield the IDs of a form's suspected spam, newest first."""
        first = "" if since is None else ulid_floor(since)
        end = "~" if until is None else ulid_floor(until)
        for item in self._items(keys.spam_topic(form), first or "0", end):
            yield item["id"]

    def _kept_since(self, since: datetime) -> datetime:
        """Return where to start: no line is kept longer than the longest possible retention."""
        return max(since, self._clock.now() - timedelta(days=LONGEST_RETENTION_DAYS))

    def _mails(self, topic: str, since: datetime, end: datetime) -> Iterator[JournalMail]:
        for item in self._items(topic, ulid_floor(since), ulid_floor(end)):
            at = items.moment_of(item[keys.TOPIC_ID])
            yield JournalMail(_entry(item), items.readable(items.read_mail, item), at)

    def _items(self, topic: str, first: str, end: str) -> Iterator[Item]:
        """Yield a topic's items from `first` to before `end`, newest first, without expired ones."""
        if first > end:
            return  # the range is empty, and DynamoDB refuses such a BETWEEN
        now = self._clock.now()
        between = "topic = :topic AND topic_id BETWEEN :first AND :last"
        for item in self._table.query(
            between, index=keys.BY_TOPIC, newest_first=True, topic=topic, first=first, last=end
        ):
            if not items.expired(item, now):
                yield item


def _entry(item: Item) -> str:
    return str(item["pk"]).removeprefix("SUB#")
