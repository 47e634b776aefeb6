"""How an entry is written: one transaction, and what it means when DynamoDB cancels it."""

from __future__ import annotations

from dataclasses import replace

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.older_guards import besides, checks_of_older_guards
from registration_core.adapters.dynamodb.seats import FOR_NEWCOMER, Seats
from registration_core.adapters.dynamodb.table import put
from registration_core.domain.errors import KeyReusedError, StorageUnavailableError
from registration_core.domain.identifiers import new_reference, new_ulid
from registration_core.domain.submission import Event, Receipt, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Item, Table, Write
    from registration_core.domain.submission import Idempotency, Once, Submission

REFERENCE_ATTEMPTS = 4
"""Four references of 35 random bits each, all taken: not in this world."""
SEAT_ATTEMPTS = 8
"""Seats that freed and were taken again, each time between two calls of ours: then it is another's turn."""
FREE = "attribute_not_exists(pk)"


class NewSubmission:
    """Adds one entry, with its guards and its seat or ticket, all or nothing."""

    def __init__(self, table: Table, *, now: datetime, randomness: Callable[[int], bytes]) -> None:
        self._table = table
        self._now = now
        self._randomness = randomness
        self._seats = Seats(table)

    def add(
        self,
        submission: Submission,
        once: Once | None,
        idempotency: Idempotency,
        capacity: int | None,
        imported_by: str | None = None,
    ) -> Receipt:
        """Keep the promise of `SubmissionRepository.add`.

        A repeat takes the very steps of a fresh entrant, with writes of the same number and size, so that neither the
        answer nor the time it takes tells who is registered: docs/decisions/0038-what-a-stranger-learns.md.
        """
        first = submission
        standing = None if imported_by is not None else self._standing(submission, once)
        references = REFERENCE_ATTEMPTS
        for attempt in range(REFERENCE_ATTEMPTS + SEAT_ATTEMPTS):
            receipt = replace(_receipt(submission), repeated=standing is not None)
            if standing is None:
                writes = self._entry(submission, once, idempotency, receipt, imported_by)
            else:
                writes = self._repeat(submission, once, standing, idempotency, receipt)
            refused = self._table.transact(writes)
            in_the_way = {name.partition(" ")[0]: item for name, item in refused.items()}
            if not in_the_way:
                return receipt
            if "idempotency" in in_the_way:
                self._give_back(submission)
                answer = first_answer(in_the_way["idempotency"], idempotency, own_id=submission.id)
                return replace(answer, repeated=answer.repeated or standing is not None)
            if "once" in in_the_way:
                standing = self._alive(in_the_way["once"])
                if standing is not None and imported_by is not None:
                    self._give_back(submission)
                    return self._own_receipt(str(standing["submission"]))
            references -= "reference" in in_the_way
            if not references:
                raise StorageUnavailableError("No free reference was found; nothing was stored.")
            submission = self._adapted(submission, in_the_way, first, capacity, attempt)
        raise StorageUnavailableError("Too many want the same seat at the same moment; nothing was stored.")

    def _adapted(
        self,
        submission: Submission,
        in_the_way: Mapping[str, Item],
        first: Submission,
        capacity: int | None,
        attempt: int,
    ) -> Submission:
        """Return the entry as it is to be tried next, after what stood in the way of it. first: as it came."""
        if "submission" in in_the_way:
            raise StorageUnavailableError(f"The ID {submission.id} is taken; nothing was stored.")
        if "reference" in in_the_way:
            submission = replace(submission, reference=new_reference(self._randomness))
        if "wait" in in_the_way:
            submission = replace(submission, status=first.status, position=None, verify_by=first.verify_by)
        if "quota" in in_the_way:
            submission = self._queue_up(submission, capacity, made=bool(in_the_way["quota"]), attempt=attempt)
        return submission

    def _entry(
        self,
        submission: Submission,
        once: Once | None,
        idempotency: Idempotency,
        receipt: Receipt,
        imported_by: str | None,
    ) -> dict[str, Write]:
        what, by = ("submitted", "registrant") if imported_by is None else ("imported", imported_by)
        at = submission.submitted_at if imported_by is None else self._now  # a migrated entry keeps its own date
        event = Event(new_ulid(self._now, self._randomness), at, what, by)
        leads_here = items.reference_item(submission.reference, submission.id, submission.expires_at)
        answered = items.idempotency_item(submission.form, idempotency, receipt)
        guard = None if once is None else items.once_item(submission, once)
        standing = once if submission.status is not Status.SPAM else None
        entry = items.submission_item(submission)
        guards = [answered["pk"]] if idempotency.of_answers else []
        if guards := guards + ([] if guard is None else [guard["pk"]]):
            entry[keys.GUARDS] = guards
        if idempotency.imported:
            entry[keys.ROW] = answered["pk"]
        writes = {
            "submission": put(entry, FREE),
            "event": put(items.event_item(submission, event), FREE),
            "reference": put(leads_here, FREE),
            "idempotency": self._guard(answered),
        }
        if guard is not None and standing is not None:
            writes["once"] = self._guard(guard)
        writes |= checks_of_older_guards(submission.form, standing, idempotency, now=self._now)
        return writes | self._seats.writes(None, submission)

    def _repeat(
        self, submission: Submission, once: Once | None, guard: Item, idempotency: Idempotency, receipt: Receipt
    ) -> dict[str, Write]:
        """Return the writes for somebody who has this option already, by the names of a fresh entrant's writes.

        A new reference leads to the first entry, a notice there calls for a mail to its owner, and a ticket that was
        drawn is nobody's, so the sweep settles it. What else a fresh entry writes is written blank.
        """
        first_id = str(guard["submission"])
        leads_there = items.reference_item(submission.reference, first_id, submission.expires_at)
        entry = items.submission_item(submission)
        writes = {
            "submission": put(items.blank_item(submission.id, 1, self._now, like=entry), FREE),
            "event": put(items.notice_item(first_id, self._now)),
            "reference": put(leads_there, FREE),
            "idempotency": self._guard(items.idempotency_item(submission.form, idempotency, receipt)),
            "once": put(guard, "submission = :first", first=first_id),
        }
        checks = checks_of_older_guards(submission.form, once, idempotency, now=self._now)
        writes |= besides(checks, {guard["pk"]})
        if submission.option is None:
            return writes
        if submission.seated:
            writes["quota"] = self._seats.count(submission.form, submission.option, 0, None, FOR_NEWCOMER)
        writes["seat"] = put(items.blank_item(submission.id, 2, self._now, like=guard), FREE)
        return writes

    def _standing(self, submission: Submission, once: Once | None) -> Item | None:
        """Return the guard of a person who has the option already; None for a fresh entrant, and for spam."""
        if once is None or submission.status is Status.SPAM:
            return None
        people = (once.person_fingerprint, *once.earlier)
        guards = [self._table.get(keys.once_key(submission.form, once.option, person)) for person in people]
        return next(filter(None, map(self._alive, guards)), None)

    def _guard(self, item: Item) -> Write:
        """Put a guard unless one stands there whose time is not over."""
        return put(item, f"{FREE} OR expires_at <= :now", now=items.seconds(self._now))

    def _alive(self, item: Item | None) -> Item | None:
        return item if item and not items.expired(item, self._now) else None

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

    def _own_receipt(self, submission_id: str) -> Receipt:
        """Return the receipt of an entry that is there already, as it stands now."""
        item = self._table.get(keys.submission_key(submission_id))
        if not item:
            raise StorageUnavailableError(f'The entry "{submission_id}" is on its way out; nothing was stored.')
        return replace(_receipt(items.read_submission(item)), repeated=True)


def first_answer(item: Item, idempotency: Idempotency, *, own_id: str) -> Receipt:
    """Return the answer that this key got first. Raises KeyReusedError when it was to other answers.

    own_id: when the first one was this very request, sent twice on the way, nothing was repeated.
    """
    if item["fingerprint"] not in idempotency.fingerprints:
        raise KeyReusedError
    receipt = items.read_receipt(item)
    return replace(receipt, repeated=receipt.id != own_id)


def _receipt(submission: Submission) -> Receipt:
    return Receipt(submission.id, submission.reference, submission.status, submission.position)
