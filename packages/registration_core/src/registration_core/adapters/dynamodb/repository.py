"""Entries in one DynamoDB table."""

from __future__ import annotations

import os

from registration_core.adapters.dynamodb import items, table
from registration_core.adapters.dynamodb.adding import Adding
from registration_core.adapters.dynamodb.call import AwsCallError
from registration_core.adapters.dynamodb.failures import translated
from registration_core.adapters.dynamodb.patient import PatientCall
from registration_core.adapters.dynamodb.seats import Seats
from registration_core.domain.errors import SubmissionNotFoundError
from registration_core.domain.ports import SubmissionRepository
from registration_core.domain.submission import Page, Status, SubmissionDetails, email_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from registration_core.adapters.dynamodb.call import Call
    from registration_core.adapters.dynamodb.items import Item
    from registration_core.adapters.dynamodb.leases import MailLeases
    from registration_core.adapters.dynamodb.tickets import Tickets
    from registration_core.domain.mail import MailRequest, MailState
    from registration_core.domain.ports import Clock
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Idempotency, Once, Receipt, Submission


class DynamoSubmissionRepository(SubmissionRepository):
    """Entries in one table, by any `Call`."""

    def __init__(
        self,
        call: Call,
        table_name: str,
        *,
        clock: Clock,
        randomness: Callable[[int], bytes] = os.urandom,
        patient: Callable[[Call], Call] = PatientCall,
    ) -> None:
        self._call = call
        self._table_name = table_name
        self._clock = clock
        self._randomness = randomness
        self._patient = patient

    def add(
        self,
        submission: Submission,
        *,
        once: Once | None,
        idempotency: Idempotency,
        capacity: int | None = None,
        imported_by: str | None = None,
    ) -> Receipt:
        """Store an entry, all or nothing, and return its receipt."""
        adding = Adding(self._patient(self._call), self._table_name, now=self._clock.now(), randomness=self._randomness)
        return adding.add(submission, once, idempotency, capacity, imported_by)

    def get(self, submission_id: str) -> Submission:
        """Return one entry."""
        item = self._item(table.submission_key(submission_id))
        if item is None:
            raise SubmissionNotFoundError(submission_id)
        return items.read_submission(item)

    def by_reference(self, reference: str) -> Submission:
        """Return the entry that a reference leads to."""
        item = self._item(table.reference_key(reference))
        if item is None:
            raise SubmissionNotFoundError(reference)
        return self.get(item["submission"]["S"])

    def details(self, submission_id: str) -> SubmissionDetails:
        """Return one entry with its history and mails."""
        pk, _ = table.submission_key(submission_id)
        submission, events, mails = None, [], []
        for item in self._query({"KeyConditionExpression": "pk = :pk", "ConsistentRead": True}, {":pk": pk}):
            sk = item["sk"]["S"]
            if sk == table.SUBMISSION:
                submission = items.read_submission(item)
            elif sk.startswith(table.EVENT):
                events.append(items.read_event(item))
            elif sk.startswith(table.MAIL):
                mails.append(items.read_mail(item))
        if submission is None:
            raise SubmissionNotFoundError(submission_id)
        events.sort(key=lambda event: event.version or 0)  # two of one millisecond
        return SubmissionDetails(submission, tuple(events), tuple(mails))

    def list(self, form: str, *, since: datetime, limit: int, cursor: str | None = None) -> Page:
        """Return a form's entries of `since` or later, newest first."""
        found: list[Submission] = []
        for submission in self.newest(form, since=since, cursor=cursor, page_size=limit + 1):
            if len(found) == limit:
                return Page(tuple(found), found[-1].id)
            found.append(submission)
        return Page(tuple(found), None)

    def newest(
        self,
        form: str,
        *,
        since: datetime,
        until: datetime | None = None,
        statuses: frozenset[Status] = frozenset(),
        option: str | None = None,
        cursor: str | None = None,
        page_size: int = 500,
    ) -> Iterator[Submission]:
        """Yield a form's entries newest first, reading on as more are asked for."""
        from registration_core.adapters.dynamodb import newest  # noqa: PLC0415 - a visitor lists nothing
        from registration_core.domain.selection import Selection  # noqa: PLC0415

        wanted = Selection(form, statuses, since, until, option)
        walk = newest.NewestSpam if statuses == {Status.SPAM} else newest.NewestFirst
        return iter(walk(self._ask, wanted, now=self._clock.now(), cursor=cursor, page_size=page_size))

    def by_email(self, address: str, *, limit: int) -> tuple[Submission, ...]:
        """Return the newest entries of this address in any spelling, of all forms."""
        query = {"IndexName": table.BY_EMAIL, "KeyConditionExpression": "email_key = :key"}
        found = map(items.read_submission, self._query(query, {":key": email_key(address)}))
        return tuple(sorted(found, key=lambda entry: entry.submitted_at, reverse=True)[:limit])

    def quotas(self, form: str, options: Sequence[str]) -> Mapping[str, QuotaState]:
        """Return how the quotas of a form's options stand, by option."""
        return Seats(self._patient(self._call), self._table_name).states(form, options)

    def rank(self, form: str, option: str, ticket: int) -> int:
        """Return how many wait with this ticket or a lower one."""
        pk, highest = table.wait_key(form, option, ticket)
        between = "pk = :pk AND sk BETWEEN :lowest AND :highest"
        query = {"KeyConditionExpression": between, "FilterExpression": "attribute_exists(submission)"}
        values = {":pk": pk, ":lowest": table.WAIT, ":highest": highest}
        return sum(1 for _ in self._query(query | {"ConsistentRead": True}, values))

    def waiting(self, form: str, option: str) -> Sequence[str]:
        """Return the IDs of the entries that wait for an option, the lowest ticket first."""
        return self._tickets().waiting(form, option)

    def several(self, submission_ids: Iterable[str]) -> Mapping[str, Submission]:
        """Return entries by their IDs, in the order asked."""
        from registration_core.adapters.dynamodb.batches import items_at  # noqa: PLC0415 - a visitor lists nothing

        wanted = list(dict.fromkeys(submission_ids))
        keys = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in map(table.submission_key, wanted)]
        there = list(items_at(self._call, self._table_name, keys))
        alive = [items.read_submission(item) for item in there if not items.expired(item, self._clock.now())]
        found = {entry.id: entry for entry in alive}
        return {each: found[each] for each in wanted if each in found}

    def lease_mail(self, request: MailRequest, *, holder: str, until: datetime, expires_at: datetime) -> bool:
        """Take the right to send one mail until then; False when it was sent already."""
        now = self._clock.now()
        return self._leases().take(request, holder=holder, now=now, until=until, expires_at=expires_at)

    def mark_mail_sent(self, request: MailRequest, *, holder: str, message_id: str) -> None:
        """Note that the leased mail was sent."""
        self._leases().mark_sent(request, holder=holder, message_id=message_id, now=self._clock.now())

    def release_mail(self, request: MailRequest, *, holder: str, problem: str) -> None:
        """Give a lease back, and note why."""
        self._leases().release(request, holder=holder, problem=problem)

    def end_mail(self, request: MailRequest, *, holder: str, state: MailState) -> None:
        """Note that the leased mail is never sent, and why."""
        self._leases().end(request, holder=holder, state=state, now=self._clock.now())

    def _tickets(self) -> Tickets:
        from registration_core.adapters.dynamodb.tickets import Tickets  # noqa: PLC0415 - a visitor reads no queue

        return Tickets(self._patient(self._call), self._table_name, now=self._clock.now())

    def _leases(self) -> MailLeases:
        """Give the leases a patient call: a mail whose sending could not be noted would go out again."""
        from registration_core.adapters.dynamodb.leases import MailLeases  # noqa: PLC0415 - a visitor mails nothing

        return MailLeases(self._patient(self._call), self._table_name)

    def _item(self, key: tuple[str, str]) -> Item | None:
        """Return the item at this key, or None when there is none or its time is over."""
        answer = self._ask(
            "GetItem",
            {"Key": {"pk": {"S": key[0]}, "sk": {"S": key[1]}}, "ConsistentRead": True},
        )
        item: Item | None = answer.get("Item")
        return None if item is None or items.expired(item, self._clock.now()) else item

    def _query(self, query: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[Item]:
        """Yield every item that a query finds, page after page, but those whose time is over."""
        now = self._clock.now()
        parameters = {**query, "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()}}
        while True:
            answer = self._ask("Query", parameters)
            for item in answer.get("Items", ()):
                if "expires_at" not in item or not items.expired(item, now):
                    yield item
            if not answer.get("LastEvaluatedKey"):
                return
            parameters["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _ask(self, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return self._call(operation, {"TableName": self._table_name, **parameters})
        except AwsCallError as error:
            raise translated(error, self._table_name) from error
