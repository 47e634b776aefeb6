"""How an entry is written: one transaction, and what it means when DynamoDB cancels it."""

from __future__ import annotations

from dataclasses import replace

from registration_core.adapters.dynamodb import items
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.domain.errors import KeyReusedError, StorageUnavailableError
from registration_core.domain.identifiers import new_reference, new_ulid
from registration_core.domain.submission import Event, Receipt

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


class Adding:
    """Adds one entry, with its guards, all or nothing."""

    def __init__(self, call: Call, table_name: str, *, now: datetime, randomness: Callable[[int], bytes]) -> None:
        self._call = call
        self._table_name = table_name
        self._now = now
        self._randomness = randomness

    def add(self, submission: Submission, once: Once | None, idempotency: Idempotency) -> Receipt:
        """Keep the promise of `SubmissionRepository.add`."""
        for attempt in range(REFERENCE_ATTEMPTS):
            receipt = Receipt(submission.id, submission.reference, submission.status)
            in_the_way = self._write(self._entry(submission, once, idempotency, receipt), submission.id, attempt)
            if not in_the_way:
                return receipt
            if "idempotency" in in_the_way:
                return first_answer(in_the_way["idempotency"], idempotency, own_id=submission.id)
            if "once" in in_the_way:
                first_id = str(in_the_way["once"]["submission"]["S"])
                return self._lead_to(first_id, submission, idempotency)
            if "submission" in in_the_way:
                raise StorageUnavailableError(f"The ID {submission.id} is taken; nothing was stored.")
            submission = replace(submission, reference=new_reference(self._randomness))
        raise StorageUnavailableError("No free reference was found; nothing was stored.")

    def _entry(
        self, submission: Submission, once: Once | None, idempotency: Idempotency, receipt: Receipt
    ) -> dict[str, dict[str, Any]]:
        event = Event(new_ulid(self._now, self._randomness), submission.submitted_at, "submitted", "registrant")
        leads_here = items.reference_item(submission.reference, submission.id, submission.expires_at)
        writes = {
            "submission": self._new(items.submission_item(submission)),
            "event": self._new(items.event_item(submission, event)),
            "reference": self._new(leads_here),
            "idempotency": self._guard(items.idempotency_item(submission.form, idempotency, receipt)),
        }
        if once is not None:
            writes["once"] = self._guard(items.once_item(submission, once))
        return writes

    def _lead_to(self, first_id: str, submission: Submission, idempotency: Idempotency) -> Receipt:
        """Store nothing but a new reference to the first entry, and the answer.

        The answer is the one that a fresh entrant gets, for whoever asks need not be whose address it is.
        """
        reference = submission.reference
        for attempt in range(REFERENCE_ATTEMPTS):
            receipt = Receipt(submission.id, reference, submission.status, repeated=True)
            writes = {
                "reference": self._new(items.reference_item(reference, first_id, submission.expires_at)),
                "idempotency": self._guard(items.idempotency_item(submission.form, idempotency, receipt)),
            }
            in_the_way = self._write(writes, submission.id, REFERENCE_ATTEMPTS + attempt)
            if not in_the_way:
                return receipt
            if "idempotency" in in_the_way:
                return replace(
                    first_answer(in_the_way["idempotency"], idempotency, own_id=submission.id), repeated=True
                )
            reference = new_reference(self._randomness)
        raise StorageUnavailableError("No free reference was found; nothing was stored.")

    def _write(self, writes: Mapping[str, dict[str, Any]], submission_id: str, attempt: int) -> dict[str, Item]:
        """Write all, or return what stood in the way, by the names of the writes.

        The token makes the same transaction, sent twice because its answer got lost, one; it is another one for
        each attempt with other content, as DynamoDB demands.
        """
        transaction = {
            "TransactItems": [{"Put": write} for write in writes.values()],
            "ClientRequestToken": f"{submission_id[-26:]}-{attempt}",
        }
        try:
            self._call("TransactWriteItems", transaction)
        except AwsCallError as error:
            in_the_way = {
                name: reason.get("Item", {})
                for name, reason in zip(writes, error.cancellation_reasons, strict=False)
                if reason.get("Code") == "ConditionalCheckFailed"
            }
            if error.code != "TransactionCanceledException" or not in_the_way:
                raise translated(error, self._table_name) from error
            return in_the_way
        return {}

    def _new(self, item: Item) -> dict[str, Any]:
        return {"TableName": self._table_name, "Item": item, "ConditionExpression": "attribute_not_exists(pk)"}

    def _guard(self, item: Item) -> dict[str, Any]:
        """Put a guard unless one stands there whose time is not over; that one is wanted back."""
        return {
            "TableName": self._table_name,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(pk) OR expires_at <= :now",
            "ExpressionAttributeValues": {":now": {"N": str(items.seconds(self._now))}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }


def first_answer(item: Item, idempotency: Idempotency, *, own_id: str) -> Receipt:
    """Return the answer that this key got first. Raises KeyReusedError when it was to other answers.

    own_id: when the first one was this very request, sent twice on the way, nothing was repeated.
    """
    if item["fingerprint"]["S"] != idempotency.fingerprint:
        raise KeyReusedError
    receipt = items.read_receipt(item)
    return replace(receipt, repeated=receipt.id != own_id)
