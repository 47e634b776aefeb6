"""Tickets: who is promoted next, and tickets whose submissions were never stored."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.seats import Seats
from registration_core.domain.quota import Departures, may_be_promoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from registration_core.adapters.dynamodb.table import Item, Table


class Tickets:
    """The waiting lists of one table.

    Reads the waiting tickets before the quota's item: a ticket that isn't waiting has either
    departed, which the item says, or its submission isn't stored yet.
    """

    def __init__(self, table: Table, *, now: datetime) -> None:
        self._table = table
        self._now = now
        self._seats = Seats(table)

    def next(self, form: str, option: str) -> str | None:
        """Return the next to be promoted; see `ManagedRepository.next_waiting`."""
        lowest = next(self._places(form, option), None)
        if lowest is None:
            return None
        departures = _departures(self._seats.item(form, option))
        return lowest[1] if may_be_promoted(lowest[0], departures) else None

    def waiting(self, form: str, option: str) -> Mapping[str, int]:
        """Return the waiting list; see `SubmissionRepository.waiting`."""
        return {submission_id: ticket for ticket, submission_id in self._places(form, option)}

    def abandoned(self, form: str, option: str, *, age: timedelta) -> Sequence[int]:
        """Return abandoned tickets; see `ManagedRepository.abandoned_tickets`."""
        waiting = {ticket for ticket, _ in self._places(form, option)}
        item = self._seats.item(form, option)
        departures = _departures(item)
        long_ago = items.milliseconds(self._now - age)
        tickets = item["tickets"]
        ripe = tickets if item.get("ticket_at", 0) <= long_ago else 0
        if item.get("seen_at", 0) <= long_ago:
            ripe = max(ripe, item.get("seen", 0))
            self._note(form, option, item, departures)
        return [ticket for ticket in departures.open_until(ripe) if ticket not in waiting]

    def _note(self, form: str, option: str, item: Item, departures: Departures) -> None:
        """Record the current tickets for the next call, and compact the departures."""
        compact = departures.compacted()
        covered = departures.beyond - compact.beyond
        if item["tickets"] == item.get("seen") and not covered:
            return
        self._table.update(
            keys.quota_key(form, option),
            "SET seen = :tickets, seen_at = :now, floor = :floor" + (" DELETE gone :covered" if covered else ""),
            "attribute_not_exists(floor) OR floor = :before",  # otherwise another sweep did this
            tickets=item["tickets"],
            now=items.milliseconds(self._now),
            floor=compact.floor,
            before=departures.floor,
            **({"covered": covered} if covered else {}),
        )

    def _places(self, form: str, option: str) -> Iterator[tuple[int, str]]:
        """Yield the waiting tickets, lowest first, with their submissions' IDs."""
        pk, _ = keys.quota_key(form, option)
        places = self._table.query(
            "pk = :pk AND begins_with(sk, :wait)",
            sift="attribute_exists(submission) AND expires_at > :now",
            pk=pk,
            wait=keys.WAIT,
            now=items.seconds(self._now),
        )
        return ((int(item["sk"].removeprefix(keys.WAIT)), item["submission"]) for item in places)


def _departures(item: Item) -> Departures:
    return Departures(item.get("floor", 0), item.get("gone", frozenset()))
