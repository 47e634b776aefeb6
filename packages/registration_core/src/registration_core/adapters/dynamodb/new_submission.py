"""New submissions: stored in one transaction, and what it means if DynamoDB cancels it."""

from __future__ import annotations

from dataclasses import replace

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.older_guards import besides, checks_of_older_guards
from registration_core.adapters.dynamodb.seats import FOR_NEWCOMER, Seats
from registration_core.adapters.dynamodb.table import put
from registration_core.domain.errors import (
    AlreadyRegisteredError,
    KeyReusedError,
    NoSeatError,
    QuotaNotFoundError,
    ReferenceTakenError,
    RollcallError,
    StorageUnavailableError,
    TicketSettledError,
)
from registration_core.domain.identifiers import new_ulid
from registration_core.domain.submission import Event, Receipt, Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from registration_core.adapters.dynamodb.table import Item, Table, Write
    from registration_core.domain.submission import Idempotency, Once, Submission

FREE = "attribute_not_exists(pk)"


class NewSubmission:
    """Adds one submission, with its guards and its seat or ticket, all or nothing."""

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
        *,
        imported_by: str | None,
        first: tuple[str, str, datetime] | None,
    ) -> Receipt:
        """Store a submission; see `SubmissionRepository.add`."""
        receipt = replace(receipt_of(submission), repeated=first is not None)
        writes = self.writes(submission, once, idempotency, receipt, imported_by=imported_by, first=first)
        in_the_way = {name.partition(" ")[0]: item for name, item in self._table.transact(writes).items()}
        if not in_the_way:
            return receipt
        if "idempotency" in in_the_way:
            answer = first_answer(in_the_way["idempotency"], idempotency, own_id=submission.id)
            return replace(answer, repeated=answer.repeated or first is not None)
        raise refusal(in_the_way, submission)

    def writes(
        self,
        submission: Submission,
        once: Once | None,
        idempotency: Idempotency,
        receipt: Receipt,
        *,
        imported_by: str | None = None,
        first: tuple[str, str, datetime] | None = None,
    ) -> dict[str, Write]:
        """Return the writes by what they are about; the first word of a name says what a failed one means.

        receipt: what the same request gets again.
        """
        if first is None or once is None:
            return self._entry(submission, once, idempotency, receipt, imported_by)
        return self._repeat(submission, once, first, idempotency, receipt)

    def _entry(
        self,
        submission: Submission,
        once: Once | None,
        idempotency: Idempotency,
        receipt: Receipt,
        imported_by: str | None,
    ) -> dict[str, Write]:
        what, by = ("submitted", "registrant") if imported_by is None else ("imported", imported_by)
        at = submission.submitted_at if imported_by is None else self._now  # a migrated submission keeps its own date
        event = Event(new_ulid(self._now, self._randomness), at, what, by)
        leads_here = items.reference_item(submission.reference, submission.id, submission.expires_at)
        answered = items.idempotency_item(submission.form, idempotency, receipt)
        guard = None if once is None else items.once_item(submission, once)
        standing = once if submission.status is not Status.SPAM else None
        item = items.submission_item(submission)
        guards = [answered["pk"]] if idempotency.of_answers else []
        if guards := guards + ([] if guard is None else [guard["pk"]]):
            item[keys.GUARDS] = guards
        if idempotency.imported:
            item[keys.ROW] = answered["pk"]
        writes = {
            "submission": put(item, FREE),
            "event": put(items.event_item(submission, event), FREE),
            "reference": put(leads_here, FREE),
            "idempotency": self._guard(answered),
        }
        if guard is not None and standing is not None:
            writes["once"] = self._guard(guard)
        writes |= checks_of_older_guards(submission.form, standing, idempotency, now=self._now)
        return writes | self._seats.writes(None, submission)

    def _repeat(
        self,
        submission: Submission,
        once: Once,
        first: tuple[str, str, datetime],
        idempotency: Idempotency,
        receipt: Receipt,
    ) -> dict[str, Write]:
        """Return the writes for someone who already has this option, named like a new submission's writes.

        A new reference leads to the first submission, a notice there causes a mail to its
        registrant, and a drawn ticket stays without a holder until the sweep settles it.
        Placeholders replace a new submission's other writes. The guard is put unchanged, which fails
        if it leads elsewhere by then.
        """
        first_id, person, holds_until = first
        guard = items.plain_item(
            keys.once_key(submission.form, once.option, person),
            submission=first_id,
            expires_at=items.seconds(holds_until),
        )
        leads_there = items.reference_item(submission.reference, first_id, submission.expires_at)
        item = items.submission_item(submission)
        writes = {
            "submission": put(items.blank_item(submission.id, 1, self._now, like=item), FREE),
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

    def _guard(self, item: Item) -> Write:
        """Put a guard, unless there is one that hasn't expired."""
        return put(item, f"{FREE} OR expires_at <= :now", now=items.seconds(self._now))


def first_answer(item: Item, idempotency: Idempotency, *, own_id: str) -> Receipt:
    """Return this key's first response. Raises KeyReusedError if it was for different answers.

    own_id: if the first response was to this request, sent twice on the way, it isn't a repeat.
    """
    if item["fingerprint"] not in idempotency.fingerprints:
        raise KeyReusedError
    receipt = items.read_receipt(item)
    return replace(receipt, repeated=receipt.id != own_id)


def refusal(in_the_way: Mapping[str, Item], submission: Submission) -> RollcallError:
    """Return the error for a transaction that failed. in_the_way: the existing items, by what they are about."""
    if "once" in in_the_way:
        return AlreadyRegisteredError(str(in_the_way["once"].get("submission", "")))
    if "submission" in in_the_way:
        return StorageUnavailableError(f"The ID {submission.id} is already used. Nothing was stored.")
    if "reference" in in_the_way:
        return ReferenceTakenError(f"The reference {submission.reference} is already used.")
    if "wait" in in_the_way:
        return TicketSettledError(submission.id)
    error = NoSeatError if in_the_way["quota"] else QuotaNotFoundError
    return error(submission.form, str(submission.option))


def receipt_of(submission: Submission) -> Receipt:
    """Return a new submission's receipt."""
    return Receipt(submission.id, submission.reference, submission.status, submission.position)
