"""Submissions in one DynamoDB table."""

from __future__ import annotations

import os
from functools import partial

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.new_submission import NewSubmission
from registration_core.adapters.dynamodb.seats import Seats, read_state
from registration_core.domain.errors import SubmissionNotFoundError
from registration_core.domain.ports import SubmissionRepository
from registration_core.domain.submission import Status, SubmissionDetails, SubmissionPage, email_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from registration_core.adapters.dynamodb.leases import MailLeases
    from registration_core.adapters.dynamodb.table import Item, Key, Table
    from registration_core.adapters.dynamodb.tickets import Tickets
    from registration_core.domain.groups import Newcomer, Share
    from registration_core.domain.mail import MailRequest, MailState
    from registration_core.domain.openings import Overrides
    from registration_core.domain.ports import Clock
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Idempotency, Once, Receipt, Submission


class DynamoSubmissionRepository(SubmissionRepository):
    """Submissions in one table."""

    def __init__(self, table: Table, *, clock: Clock, randomness: Callable[[int], bytes] = os.urandom) -> None:
        self._table = table
        self._seats = Seats(table)
        self._clock = clock
        self._randomness = randomness

    def add(
        self,
        submission: Submission,
        *,
        once: Once | None,
        idempotency: Idempotency,
        imported_by: str | None = None,
        first: tuple[str, str, datetime] | None = None,
    ) -> Receipt:
        """Store a submission unchanged, all or nothing, and return its receipt."""
        new = NewSubmission(self._table, now=self._clock.now(), randomness=self._randomness)
        return new.add(submission, once, idempotency, imported_by=imported_by, first=first)

    def add_group(
        self, newcomers: Sequence[Newcomer], shares: Mapping[str, Share], *, idempotency: Idempotency
    ) -> Receipt:
        """Store the submissions of a group, all or none, and return the first's receipt with all."""
        from registration_core.adapters.dynamodb.new_group import NewGroup  # noqa: PLC0415 - few forms have one

        new = NewGroup(self._table, now=self._clock.now(), randomness=self._randomness)
        return new.add(newcomers, shares, idempotency)

    def standing(self, form: str, once: Once) -> tuple[str, str, datetime] | None:
        """Return the person's submission for the option: its ID, its guard's fingerprint, and when it expires.

        Reads all guards even after finding one, so that the time reveals nothing.
        """
        people = (once.person_fingerprint, *once.earlier)
        guards = [(self._item(keys.once_key(form, once.option, person)), person) for person in people]
        standing = ((guard, person) for guard, person in guards if guard is not None)
        return next(
            ((guard["submission"], person, items.from_seconds(guard["expires_at"])) for guard, person in standing), None
        )

    def take_ticket(self, form: str, option: str, *, holder: str) -> int | None:
        """Return the next ticket for an option, or None if a seat is available."""
        return self._seats.draw_ticket(form, option, holder=holder, now=self._clock.now())

    def settle_ticket(self, form: str, option: str, ticket: int) -> None:
        """Count a ticket without a submission as departed, and make sure that none takes it later."""
        self._seats.settle(form, option, ticket, now=self._clock.now())

    def make_quotas(self, form: str, capacities: Mapping[str, int]) -> None:
        """Create the missing quotas of these options with their capacities."""
        self._seats.make_missing(form, capacities)

    def get(self, submission_id: str) -> Submission:
        """Return a submission by its ID."""
        item = self._item(keys.submission_key(submission_id))
        if item is None:
            raise SubmissionNotFoundError(submission_id)
        return items.readable(items.read_submission, item)

    def by_reference(self, reference: str) -> Submission:
        """Return the submission with this reference."""
        item = self._item(keys.reference_key(reference))
        if item is None:
            raise SubmissionNotFoundError(reference)
        return self.get(item["submission"])

    def details(self, submission_id: str) -> SubmissionDetails:
        """Return a submission with its history and mails."""
        pk, _ = keys.submission_key(submission_id)
        submission, events, mails = None, [], []
        for item in self._alive(self._table.query("pk = :pk", pk=pk)):
            sk = item["sk"]
            if sk == keys.SUBMISSION:
                submission = items.readable(items.read_submission, item)
            elif sk.startswith(keys.EVENT):
                events.append(items.readable(items.read_event, item))
            elif sk.startswith(keys.MAIL):
                mails.append(items.readable(items.read_mail, item))
        if submission is None:
            raise SubmissionNotFoundError(submission_id)
        events.sort(key=lambda event: event.version or 0)  # two in the same millisecond
        return SubmissionDetails(submission, tuple(events), tuple(mails))

    def list(self, form: str, *, since: datetime, limit: int, cursor: str | None = None) -> SubmissionPage:
        """Return a form's submissions from `since` on, newest first."""
        submissions: list[Submission] = []
        for submission in self.newest(form, since=since, cursor=cursor, page_size=limit + 1):
            if len(submissions) == limit:
                return SubmissionPage(tuple(submissions), submissions[-1].id)
            submissions.append(submission)
        return SubmissionPage(tuple(submissions), None)

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
        """Yield a form's submissions newest first, reading more only when needed."""
        from registration_core.adapters.dynamodb import months  # noqa: PLC0415 - a visitor lists nothing
        from registration_core.domain.selection import Selection  # noqa: PLC0415

        selection = Selection(form, statuses, since, until, option)
        walk = months.NewestSpam if statuses == {Status.SPAM} else months.NewestFirst
        return iter(walk(self._table, selection, now=self._clock.now(), cursor=cursor, page_size=page_size))

    def by_email(self, address: str, *, limit: int) -> tuple[Submission, ...]:
        """Return this address's newest submissions, in any spelling and for all forms."""
        theirs = self._table.query("email_key = :key", index=keys.BY_EMAIL, key=email_key(address))
        submissions = map(partial(items.readable, items.read_submission), self._alive(theirs))
        return tuple(sorted(submissions, key=lambda submission: submission.submitted_at, reverse=True)[:limit])

    def quotas(self, form: str, options: Sequence[str]) -> Mapping[str, QuotaState]:
        """Return the quotas of a form's options by option."""
        return self._seats.states(form, options)

    def overrides(self, form: str) -> Overrides:
        """Return the overrides in force of a form's openings."""
        item = self._table.get(keys.openings_key(form))
        if item is None:
            return {}
        from registration_core.adapters.dynamodb.openings import read_overrides  # noqa: PLC0415 - few forms have any

        return read_overrides(item)

    def seats_and_overrides(self, form: str, options: Sequence[str]) -> tuple[Mapping[str, QuotaState], Overrides]:
        """Return what `quotas` and `overrides` return, read at once."""
        from registration_core.adapters.dynamodb.openings import read_overrides  # noqa: PLC0415 - as above

        places = [keys.openings_key(form), *(keys.quota_key(form, option) for option in options)]
        stored = list(self._table.batch_get(places))
        openings = next((item for item in stored if item["sk"] == keys.OPENINGS), None)
        states = map(read_state, (item for item in stored if item["sk"] == keys.QUOTA))
        return {state.option: state for state in states}, read_overrides(openings)

    def rank(self, form: str, option: str, ticket: int) -> int:
        """Return a ticket's rank."""
        pk, highest = keys.wait_key(form, option, ticket)
        places = self._table.query(
            "pk = :pk AND sk BETWEEN :lowest AND :highest",
            sift="attribute_exists(submission)",
            pk=pk,
            lowest=keys.WAIT,
            highest=highest,
        )
        return sum(1 for _ in self._alive(places))

    def waiting(self, form: str, option: str) -> Mapping[str, int]:
        """Return the tickets on an option's waiting list by their submissions' IDs, lowest first."""
        return self._tickets().waiting(form, option)

    def several(self, submission_ids: Iterable[str]) -> Mapping[str, Submission]:
        """Return submissions by ID, in this order."""
        ids = list(dict.fromkeys(submission_ids))
        stored = self._alive(self._table.batch_get([keys.submission_key(each) for each in ids]))
        submissions = map(partial(items.readable, items.read_submission), stored)
        by_id = {submission.id: submission for submission in submissions}
        return {each: by_id[each] for each in ids if each in by_id}

    def lease_mail(self, request: MailRequest, *, holder: str, until: datetime, expires_at: datetime) -> bool:
        """Take the lease of one mail until then. Return False if it was already sent."""
        now = self._clock.now()
        return self._leases().take(request, holder=holder, now=now, until=until, expires_at=expires_at)

    def mark_mail_sent(self, request: MailRequest, *, holder: str, message_id: str) -> None:
        """Record that the leased mail was sent."""
        self._leases().mark_sent(request, holder=holder, message_id=message_id, now=self._clock.now())

    def release_mail(self, request: MailRequest, *, holder: str, problem: str) -> None:
        """Release a lease, and record why."""
        self._leases().release(request, holder=holder, problem=problem)

    def end_mail(self, request: MailRequest, *, holder: str, state: MailState) -> None:
        """Record that the leased mail will not be sent, and why."""
        self._leases().end(request, holder=holder, state=state, now=self._clock.now())

    def _tickets(self) -> Tickets:
        from registration_core.adapters.dynamodb.tickets import Tickets  # noqa: PLC0415 - a visitor reads no queue

        return Tickets(self._table, now=self._clock.now())

    def _leases(self) -> MailLeases:
        from registration_core.adapters.dynamodb.leases import MailLeases  # noqa: PLC0415 - a visitor mails nothing

        return MailLeases(self._table)

    def _item(self, key: Key) -> Item | None:
        """Return the item at this key, or None when there is none or its time is over."""
        item = self._table.get(key)
        return None if item is None or items.expired(item, self._clock.now()) else item

    def _alive(self, queried: Iterator[Item]) -> Iterator[Item]:
        """Yield the items whose time is not over."""
        now = self._clock.now()
        return (item for item in queried if not items.expired(item, now))
