"""Seats and tickets: what a transaction writes about them, and how a ticket is drawn.

`QUOTA` counts; `SEAT#<id>` and `WAIT#<ticket>` name the holders. A seat's item outlives its
submission's retention, because the seat was taken; a ticket's item doesn't.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.table import delete, put, update
from registration_core.domain.errors import QuotaNotFoundError
from registration_core.domain.quota import PublicSeats, QuotaState
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from registration_core.adapters.dynamodb.table import Item, Table, Write
    from registration_core.domain.submission import Submission

FOR_NEWCOMER = "taken < #capacity AND tickets = departed"
FOR_WAITING = "taken < #capacity"
UNSETTLED = "tickets >= :ticket AND NOT contains(gone, :ticket) AND (attribute_not_exists(floor) OR floor < :ticket)"
_MARK_KEPT_S = 24 * 60 * 60


class Seats:
    """The quotas of one table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def states(self, form: str, options: Sequence[str]) -> dict[str, QuotaState]:
        """Return quotas; see `SubmissionRepository.quotas`."""
        quotas = self._table.batch_get([keys.quota_key(form, option) for option in options])
        return {state.option: state for state in map(read_state, quotas)}

    def item(self, form: str, option: str) -> Item:
        """Return a quota's item. Raises QuotaNotFoundError."""
        item = self._table.get(keys.quota_key(form, option))
        if item is None:
            raise QuotaNotFoundError(form, option)
        return item

    def make_missing(self, form: str, capacities: Mapping[str, int]) -> None:
        """Create quotas; see `SubmissionRepository.make_quotas`."""
        there = self.states(form, list(capacities))
        for option in capacities.keys() - there.keys():
            self.make(form, option, capacities[option])

    def make(self, form: str, option: str, capacity: int) -> None:
        """Create a quota unless it exists."""
        quota = items.plain_item(
            keys.quota_key(form, option), form=form, option=option, capacity=capacity, taken=0, tickets=0, departed=0
        )
        self._table.put(quota, "attribute_not_exists(pk)")

    def draw_ticket(self, form: str, option: str, *, holder: str, now: datetime) -> int | None:
        """Draw a ticket; see `SubmissionRepository.take_ticket`."""
        drawn, item = self._table.update_and_get(
            keys.quota_key(form, option),
            "ADD tickets :one SET ticket_for = :holder, ticket_at = :now",
            "(taken >= #capacity OR tickets > departed) "
            "AND (attribute_not_exists(ticket_for) OR ticket_for <> :holder)",
            one=1,
            holder=holder,
            now=items.milliseconds(now),
        )
        if not item:
            raise QuotaNotFoundError(form, option)
        ours = drawn or item.get("ticket_for") == holder  # already drawn; its response got lost
        return int(item["tickets"]) if ours else None

    def settle(self, form: str, option: str, ticket: int, *, now: datetime) -> None:
        """Settle a ticket; see `SubmissionRepository.settle_ticket`.

        A mark replaces the submission, so that one which comes late finds its ticket gone. A ticket
        that is already settled, or that a submission holds, doesn't change.
        """
        expires_at = items.seconds(now) + _MARK_KEPT_S
        mark = items.plain_item(keys.wait_key(form, option, ticket), expires_at=expires_at, settled=True)
        free = "attribute_not_exists(pk) OR (attribute_exists(submission) AND expires_at <= :now)"
        self._table.transact(
            {
                "wait": put(mark, free, now=items.seconds(now)),
                "quota": self.count(form, option, 0, ticket, UNSETTLED, ticket=ticket),
            }
        )

    def writes(self, before: Submission | None, after: Submission) -> dict[str, Write]:
        """Return what a transaction writes about a submission's seat and ticket, by `quota`, `seat`, `left` and `wait`.

        before: None for a new submission. Only what changes is written, and the quota's condition
        allows a seat only if one is free. What a submission gives up of another option has the names
        `old quota`, `old seat` and `old left`.
        """
        if before is not None and before.option != after.option:
            gone = replace(before, status=Status.CANCELLED, position=None)
            given_back = {f"old {name}": write for name, write in self._writes(before, gone).items()}
            return self._writes(None, after) | given_back
        return self._writes(before, after)

    def _writes(self, before: Submission | None, after: Submission) -> dict[str, Write]:
        if after.option is None:
            return {}
        old_ticket, new_ticket = _ticket(before), _ticket(after)
        seats = after.seated - (before is not None and before.seated)
        departing = old_ticket if old_ticket != new_ticket else None
        writes: dict[str, Write] = {}
        if seats or departing is not None:
            condition = "attribute_exists(pk)"
            if seats > 0:
                condition = FOR_NEWCOMER if departing is None else FOR_WAITING
            writes["quota"] = self.count(after.form, after.option, seats, departing, condition)
        key = keys.seat_key(after.form, after.option, after.id)
        if after.seated and (seats or (before is not None and before.verify_by != after.verify_by)):
            until = {} if after.verify_by is None else {"verify_by": items.seconds(after.verify_by)}
            writes["seat"] = put(items.plain_item(key, submission=after.id, **until))
        elif seats < 0:
            writes["seat"] = delete(key)
        if departing is not None:
            writes["left"] = delete(keys.wait_key(after.form, after.option, departing))
        if new_ticket is not None and new_ticket != old_ticket:
            place = items.plain_item(
                keys.wait_key(after.form, after.option, new_ticket),
                submission=after.id,
                expires_at=items.seconds(after.expires_at),
            )
            writes["wait"] = put(place, "attribute_not_exists(pk)")
        return writes

    def count(self, form: str, option: str, seats: int, departing: int | None, when: str, /, **values: object) -> Write:
        """Return the write that counts seats, taken or freed up, and a departing ticket, or neither."""
        parts: list[str] = []
        if seats or departing is None:
            parts.append("taken :seats")
            values["seats"] = seats
        if departing is not None:
            parts.append("departed :one, gone :gone")
            values |= {"one": 1, "gone": {departing}}
        return update(keys.quota_key(form, option), f"ADD {', '.join(parts)}", when, **values)


def read_state(item: Mapping[str, Any]) -> QuotaState:
    """Return the quota of an item."""
    numbers = {name: item[name] for name in ("capacity", "taken", "tickets", "departed")}
    set_at = datetime.fromisoformat(item["set_at"]) if "set_at" in item else None
    shown = PublicSeats(item["shown"]) if "shown" in item else None
    return QuotaState(item["form"], item["option"], **numbers, set_by=item.get("set_by"), set_at=set_at, shown=shown)


def _ticket(submission: Submission | None) -> int | None:
    """Return a waitlisted submission's ticket; None for others."""
    return submission.position if submission is not None and submission.option is not None else None
