"""Entries and seats of one DynamoDB table, for those who look after them."""

from __future__ import annotations

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.changing import Changing
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.seats import CAPACITY, REFUSED, Seats, read_state, wire_key
from registration_core.domain.errors import QuotaChangedError, QuotaNotFoundError
from registration_core.domain.ports import ManagedRepository
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from registration_core.domain.quota import PublicSeats, QuotaState
    from registration_core.domain.submission import Once, Submission


class ManagedDynamoRepository(DynamoSubmissionRepository, ManagedRepository):
    """Entries and seats in one table, by any `Call`."""

    def change(
        self, before: Submission, after: Submission, *, what: str, by: str, once: Once | None = None
    ) -> Submission:
        """Store a changed entry, its line of history and what it holds of its option, all or nothing; return it."""
        return self._changing().change(before, after, what=what, by=by, once=once)

    def erase(self, before: Submission, *, by: str) -> Submission:
        """Free what an entry holds and remove every personal value from it and all that hangs on it."""
        return self._changing().erase(before, by=by)

    def take_ticket(self, form: str, option: str, *, holder: str) -> int | None:
        """Return the next ticket for an option, or None when newcomers get a seat of it right now."""
        return self._seats().draw_ticket(form, option, holder=holder, now=self._clock.now())

    def settle_ticket(self, form: str, option: str, ticket: int) -> None:
        """Count a ticket that no entry holds as departed, and see to it that none ever will."""
        self._seats().settle(form, option, ticket, now=self._clock.now())

    def abandoned_tickets(self, form: str, option: str, *, age: timedelta) -> Sequence[int]:
        """Return tickets given out at least so long ago that no entry holds and that never departed."""
        return self._tickets().abandoned(form, option, age=age)

    def next_waiting(self, form: str, option: str) -> str | None:
        """Return the ID of the entry with the lowest ticket."""
        return self._tickets().next(form, option)

    def known(self, form: str, *, once: Once | None, key: str | None = None) -> str | None:
        """Return the ID of the entry that `add` would answer with rather than store one."""
        keys = [] if key is None else [table.idempotency_key(form, key)]
        if once is not None:
            persons = (once.person_fingerprint, *once.earlier)
            keys += [table.once_key(form, once.option, person) for person in persons]
        for item in filter(None, map(self._item, keys)):
            found: str = item["submission"]["S"]
            return found
        return None

    def make_quotas(self, form: str, capacities: Mapping[str, int]) -> None:
        """Make the quotas that these options don't have yet, each with its capacity."""
        seats = self._seats()
        there = seats.states(form, list(capacities))
        for option, capacity in capacities.items():
            if option not in there:
                seats.make(form, option, capacity)

    def set_capacity(
        self, form: str, option: str, capacity: int, *, by: str | None = None, instead_of: int | None = None
    ) -> QuotaState:
        """Give an option another capacity, and return how its quota stands."""
        update, values = "SET #capacity = :capacity", {":capacity": items.to_wire(capacity)}
        condition = "attribute_exists(pk)"
        if by is not None:
            update += ", set_by = :by, set_at = :at"
            at = self._clock.now().isoformat(timespec="milliseconds")
            values |= {":by": items.to_wire(by), ":at": items.to_wire(at)}
        if instead_of is not None:
            condition = "#capacity = :expected"
            values[":expected"] = items.to_wire(instead_of)
        try:
            answer = self._patient(self._call)(
                "UpdateItem",
                {
                    "TableName": self._table_name,
                    "Key": wire_key(table.quota_key(form, option)),
                    "UpdateExpression": update,
                    "ConditionExpression": condition,
                    "ExpressionAttributeNames": CAPACITY,
                    "ExpressionAttributeValues": values,
                    "ReturnValues": "ALL_NEW",
                    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                },
            )
        except AwsCallError as error:
            if error.code == REFUSED and error.item:
                now = read_state(error.item)
                if now.capacity == capacity:
                    return now  # ours, whose answer got lost, or the same wish of another's
                raise QuotaChangedError(now) from error
            if error.code == REFUSED:
                raise QuotaNotFoundError(form, option) from error
            raise translated(error, self._table_name) from error
        return read_state(answer["Attributes"])

    def show_seats(self, form: str, option: str, seats: PublicSeats) -> None:
        """Tell the public this of an option's seats from now on."""
        try:
            self._patient(self._call)(
                "UpdateItem",
                {
                    "TableName": self._table_name,
                    "Key": wire_key(table.quota_key(form, option)),
                    "UpdateExpression": "SET shown = :shown",
                    "ConditionExpression": "attribute_exists(pk)",
                    "ExpressionAttributeValues": {":shown": {"S": seats.value}},
                },
            )
        except AwsCallError as error:
            if error.code == REFUSED:
                raise QuotaNotFoundError(form, option) from error
            raise translated(error, self._table_name) from error

    def overdue(self, form: str, options: Sequence[str], *, since: datetime) -> Sequence[str]:
        """Return the IDs of pending entries of a form that were to be verified by now."""
        now = self._clock.now()
        found: dict[str, None] = {}
        for option in options:
            pk, _ = table.quota_key(form, option)
            query = {
                "KeyConditionExpression": "pk = :pk AND begins_with(sk, :seat)",
                "FilterExpression": "attribute_exists(verify_by)",
            }
            for item in self._query(query, {":pk": pk, ":seat": table.SEAT}):
                if int(item["verify_by"]["N"]) <= items.seconds(now):
                    found[item["submission"]["S"]] = None
        for submission in self.newest(form, since=since, statuses=frozenset({Status.PENDING})):
            if submission.overdue(now):
                found[submission.id] = None
        return list(found)

    def erased(self, *, since: datetime) -> Sequence[str]:
        """Return the IDs in the ledger of what was erased in the month of `since` or later, sorted by month."""
        found: list[str] = []
        month = self._clock.now()
        first, _ = table.erased_key("", since)
        while (pk := table.erased_key("", month)[0]) >= first:
            ledger = self._query({"KeyConditionExpression": "pk = :pk", "ConsistentRead": True}, {":pk": pk})
            found[:0] = [item["sk"]["S"] for item in ledger]
            month = table.month_before(month)
        return found

    def _changing(self) -> Changing:
        call = self._patient(self._call)
        return Changing(call, self._table_name, now=self._clock.now(), randomness=self._randomness)

    def _seats(self) -> Seats:
        return Seats(self._patient(self._call), self._table_name)
