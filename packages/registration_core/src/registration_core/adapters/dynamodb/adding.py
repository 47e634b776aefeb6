"""How an entry is written: one transaction, and what it means when DynamoDB cancels it."""

from __future__ import annotations

from dataclasses import replace

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.older_guards import checks_of_older_guards
from registration_core.adapters.dynamodb.seats import Seats, wire_key
from registration_core.domain.errors import KeyReusedError, StorageUnavailableError
from registration_core.domain.identifiers import new_reference, new_ulid
from registration_core.domain.submission import Event, Receipt, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.items import Item
    from registration_core.domain.submission import Idempotency, Once, Submission

REFERENCE_ATTEMPTS = 4
"""Four references of 35 random bits each, all taken: not in this world."""
SEAT_ATTEMPTS = 8
"""Seats that freed and were taken again, each time between two calls of ours: then it is another's turn."""


class Adding:
    """Adds one entry, with its guards and its seat or ticket, all or nothing."""

    def __init__(self, call: Call, table_name: str, *, now: datetime, randomness: Callable[[int], bytes]) -> None:
        self._call = call
        self._table_name = table_name
        self._now = now
        self._randomness = randomness
        self._seats = Seats(call, table_name)

    def add(
        self,
        submission: Submission,
        once: Once | None,
        idempotency: Idempotency,
        capacity: int | None,
        imported_by: str | None = None,
    ) -> Receipt:
        """Keep the promise of `SubmissionRepository.add`."""
        first = submission
        references = REFERENCE_ATTEMPTS
        for attempt in range(REFERENCE_ATTEMPTS + SEAT_ATTEMPTS):
            receipt = _receipt(submission)
            writes = self._entry(submission, once, idempotency, receipt, imported_by)
            in_the_way = self._write(writes, submission.id, attempt)
            if not in_the_way:
                return receipt
            if in_the_way.keys() & {"idempotency", "once"}:
                self._give_back(submission)
                return self._answered(in_the_way, first, idempotency, imported=imported_by is not None)
            if "submission" in in_the_way:
                raise StorageUnavailableError(f"The ID {submission.id} is taken; nothing was stored.")
            if "reference" in in_the_way:
                references -= 1
                if not references:
                    break
                submission = replace(submission, reference=new_reference(self._randomness))
            if "wait" in in_the_way:
                submission = replace(submission, status=first.status, position=None, verify_by=first.verify_by)
            if "quota" in in_the_way:
                submission = self._queue_up(submission, capacity, made=bool(in_the_way["quota"]), attempt=attempt)
        else:
            raise StorageUnavailableError("Too many want the same seat at the same moment; nothing was stored.")
        raise StorageUnavailableError("No free reference was found; nothing was stored.")

    def _entry(
        self,
        submission: Submission,
        once: Once | None,
        idempotency: Idempotency,
        receipt: Receipt,
        imported_by: str | None,
    ) -> dict[str, dict[str, Any]]:
        what, by = ("submitted", "registrant") if imported_by is None else ("imported", imported_by)
        at = submission.submitted_at if imported_by is None else self._now  # a migrated entry keeps its own date
        event = Event(new_ulid(self._now, self._randomness), at, what, by)
        leads_here = items.reference_item(submission.reference, submission.id, submission.expires_at)
        answered = items.idempotency_item(submission.form, idempotency, receipt)
        entry = items.submission_item(submission)
        writes = {
            "submission": self._new(entry),
            "event": self._new(items.event_item(submission, event)),
            "reference": self._new(leads_here),
            "idempotency": self._guard(answered),
        }
        guards = [answered["pk"]["S"]] if idempotency.of_answers else []
        if once is not None:
            guard = items.once_item(submission, once)
            guards.append(guard["pk"]["S"])
            if submission.status is not Status.SPAM:
                writes["once"] = self._guard(guard)
        if guards:
            entry[table.GUARDS] = items.to_wire(guards)
        standing = once if "once" in writes else None
        writes |= checks_of_older_guards(self._table_name, submission.form, standing, idempotency, now=self._now)
        if idempotency.imported:
            entry[table.ROW] = answered["pk"]
        return writes | self._seats.writes(None, submission)

    def _answered(
        self, in_the_way: Mapping[str, Item], submission: Submission, idempotency: Idempotency, *, imported: bool
    ) -> Receipt:
        """Return the answer to what came before, or to one whose person took the option before."""
        if "idempotency" in in_the_way:
            return first_answer(in_the_way["idempotency"], idempotency, own_id=submission.id)
        first_id = str(in_the_way["once"]["submission"]["S"])
        return self._own_receipt(first_id) if imported else self._lead_to(first_id, submission, idempotency)

    def _queue_up(self, submission: Submission, capacity: int | None, *, made: bool, attempt: int) -> Submission:
        """Return the entry as it is to be tried next: waitlisted, or for a seat again when there is one after all."""
        form, option = submission.form, str(submission.option)
        if not made:
            if capacity is None:
                raise StorageUnavailableError(f'The option "{option}" of "{form}" has no quota; nothing was stored.')
            self._seats.make(form, option, capacity)
            return submission
        holder = f"{submission.id}-{attempt}"
        ticket = self._seats.draw_ticket(form, option, holder=holder, now=self._now)
        if ticket is None:
            return submission
        return replace(submission, status=Status.WAITLISTED, position=ticket, verify_by=None)

    def _give_back(self, submission: Submission) -> None:
        """Give back a ticket that is not needed; should that fail, the sweep finds it."""
        if submission.option is None or submission.position is None:
            return
        try:
            self._seats.settle(submission.form, submission.option, submission.position, now=self._now)
        except StorageUnavailableError:
            return

    def _lead_to(self, first_id: str, submission: Submission, idempotency: Idempotency) -> Receipt:
        """Store nothing but a new reference to the first entry, a notice there, and the answer.

        The answer is the one that a fresh entrant gets, for whoever asks need not be whose address it is.
        """
        fresh = self._as_fresh(submission)
        for attempt in range(REFERENCE_ATTEMPTS):
            receipt = replace(_receipt(fresh), repeated=True)
            leads_there = items.reference_item(fresh.reference, first_id, submission.expires_at)
            writes = {
                "reference": self._new(leads_there),
                "idempotency": self._guard(items.idempotency_item(submission.form, idempotency, receipt)),
                "notice": {
                    "Put": {"TableName": self._table_name, "Item": items.notice_item(first_id, self._now)},
                },
            }
            in_the_way = self._write(writes, submission.id, f"r{attempt}")
            if not in_the_way:
                return receipt
            if "idempotency" in in_the_way:
                return replace(
                    first_answer(in_the_way["idempotency"], idempotency, own_id=submission.id), repeated=True
                )
            fresh = replace(fresh, reference=new_reference(self._randomness))
        raise StorageUnavailableError("No free reference was found; nothing was stored.")

    def _own_receipt(self, submission_id: str) -> Receipt:
        """Return the receipt of an entry that is there already, as it stands now."""
        key = wire_key(table.submission_key(submission_id))
        try:
            answer = self._call("GetItem", {"TableName": self._table_name, "Key": key, "ConsistentRead": True})
        except AwsCallError as error:
            raise translated(error, self._table_name) from error
        if "Item" not in answer:
            raise StorageUnavailableError(f'The entry "{submission_id}" is on its way out; nothing was stored.')
        return replace(_receipt(items.read_submission(answer["Item"])), repeated=True)

    def _as_fresh(self, submission: Submission) -> Submission:
        """Return the entry as a newcomer's would be now; nothing is taken for it."""
        if submission.option is None or not submission.seated:
            return submission
        state = self._seats.states(submission.form, [submission.option]).get(submission.option)
        if state is None or state.open:
            return submission
        return replace(submission, status=Status.WAITLISTED, position=state.tickets + 1, verify_by=None)

    def _write(self, writes: Mapping[str, dict[str, Any]], submission_id: str, attempt: object) -> dict[str, Item]:
        """Write all, or return what stood in the way, by the names of the writes.

        The token makes the same transaction, sent twice because its answer got lost, one; it is another one for
        each attempt with other content, as DynamoDB demands.
        """
        transaction = {
            "TransactItems": list(writes.values()),
            "ClientRequestToken": f"{submission_id[-26:]}-{attempt}",
        }
        try:
            self._call("TransactWriteItems", transaction)
        except AwsCallError as error:
            refused = error.refused(writes)
            if not refused:
                raise translated(error, self._table_name) from error
            return {name.partition(" ")[0]: item for name, item in refused.items()}
        return {}

    def _new(self, item: Item) -> dict[str, Any]:
        write = {"TableName": self._table_name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}
        return {"Put": write}

    def _guard(self, item: Item) -> dict[str, Any]:
        """Put a guard unless one stands there whose time is not over; that one is wanted back."""
        return {
            "Put": {
                "TableName": self._table_name,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
                "ExpressionAttributeValues": {":now": {"N": str(items.seconds(self._now))}},
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }


def first_answer(item: Item, idempotency: Idempotency, *, own_id: str) -> Receipt:
    """Return the answer that this key got first. Raises KeyReusedError when it was to other answers.

    own_id: when the first one was this very request, sent twice on the way, nothing was repeated.
    """
    if item["fingerprint"]["S"] not in idempotency.fingerprints:
        raise KeyReusedError
    receipt = items.read_receipt(item)
    return replace(receipt, repeated=receipt.id != own_id)


def _receipt(submission: Submission) -> Receipt:
    return Receipt(submission.id, submission.reference, submission.status, submission.position)
