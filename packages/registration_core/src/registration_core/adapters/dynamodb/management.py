"""Management: changes of submissions and seats in one DynamoDB table, for staff and the system."""

from __future__ import annotations

from itertools import islice, repeat

from registration_core.adapters.dynamodb import items, keys
from registration_core.adapters.dynamodb.repository import DynamoSubmissionRepository
from registration_core.adapters.dynamodb.seats import read_state
from registration_core.adapters.dynamodb.submission_change import SubmissionChange
from registration_core.domain.errors import QuotaChangedError, QuotaNotFoundError
from registration_core.domain.ports import ManagedRepository
from registration_core.domain.submission import Status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from registration_core.domain.openings import Override
    from registration_core.domain.quota import PublicSeats, QuotaState
    from registration_core.domain.submission import Once, Submission


class ManagedDynamoRepository(DynamoSubmissionRepository, ManagedRepository):
    """Submissions and seats in one table."""

    def change(
        self, before: Submission, after: Submission, *, what: str, by: str, once: Once | None = None
    ) -> Submission:
        """Store a changed submission, its history and its seat or ticket, all or nothing, and return it."""
        return self._change().change(before, after, what=what, by=by, once=once)

    def erase(self, before: Submission, *, by: str) -> Submission:
        """Free up a submission's seat or ticket, and remove all its personal values."""
        return self._change().erase(before, by=by)

    def abandoned_tickets(self, form: str, option: str, *, age: timedelta) -> Sequence[int]:
        """Return tickets at least this old that no submission holds and that never departed."""
        return self._tickets().abandoned(form, option, age=age)

    def next_waiting(self, form: str, option: str) -> str | None:
        """Return the ID of the submission with the lowest ticket."""
        return self._tickets().next(form, option)

    def known(self, form: str, *, once: Once | None, key: str | None = None) -> str | None:
        """Return the ID of the submission that `Seating.add` would find instead of storing a new one."""
        places = [] if key is None else [keys.idempotency_key(form, key)]
        if once is not None:
            persons = (once.person_fingerprint, *once.earlier)
            places += [keys.once_key(form, once.option, person) for person in persons]
        standing = next(filter(None, map(self._item, places)), None)
        return None if standing is None else str(standing["submission"])

    def set_capacity(
        self, form: str, option: str, capacity: int, *, by: str | None = None, instead_of: int | None = None
    ) -> QuotaState:
        """Set an option's capacity, and return its quota."""
        change, values = "SET #capacity = :capacity", dict[str, object](capacity=capacity)
        if by is not None:
            change += ", set_by = :by, set_at = :at"
            values |= {"by": by, "at": self._clock.now().isoformat(timespec="milliseconds")}
        expected = "attribute_exists(pk)"
        if instead_of is not None:
            expected = "#capacity = :expected"
            values["expected"] = instead_of
        changed, quota = self._table.update_and_get(keys.quota_key(form, option), change, expected, **values)
        if not quota:
            raise QuotaNotFoundError(form, option)
        state = read_state(quota)
        if not changed and state.capacity != capacity:  # else it's ours, or the same value
            raise QuotaChangedError(state)
        return state

    def override(self, form: str, option: str, override: Override) -> None:
        """Store an override and its line of the history, all or nothing."""
        from registration_core.adapters.dynamodb.openings import store_override  # noqa: PLC0415 - one command does

        store_override(self._table, form, option, override, randomness=self._randomness)

    def override_history(self, form: str, *, limit: int) -> Sequence[tuple[str, Override]]:
        """Return the newest lines of the history of overrides, newest first."""
        from registration_core.adapters.dynamodb.openings import read_override  # noqa: PLC0415 - as above

        pk, _ = keys.openings_key(form)
        lines = self._table.query(
            "pk = :pk AND begins_with(sk, :line)",
            newest_first=True,
            limits=repeat(limit),
            pk=pk,
            line=keys.OVERRIDE,
        )
        return [(line["option"], read_override(line)) for line in islice(self._alive(lines), limit)]

    def show_seats(self, form: str, option: str, seats: PublicSeats) -> None:
        """Set what the public sees of an option's seats."""
        quota = keys.quota_key(form, option)
        if self._table.update(quota, "SET shown = :shown", "attribute_exists(pk)", shown=seats.value) is not None:
            raise QuotaNotFoundError(form, option)

    def overdue(self, form: str, options: Sequence[str], *, since: datetime) -> Sequence[str]:
        """Return the IDs of a form's pending submissions whose time to verify is over."""
        now = self._clock.now()
        overdue: dict[str, None] = {}
        for option in options:
            pk, _ = keys.quota_key(form, option)
            seats = self._table.query(
                "pk = :pk AND begins_with(sk, :seat)", sift="attribute_exists(verify_by)", pk=pk, seat=keys.SEAT
            )
            overdue |= dict.fromkeys(seat["submission"] for seat in seats if seat["verify_by"] <= items.seconds(now))
        for submission in self.newest(form, since=since, statuses=frozenset({Status.PENDING})):
            if submission.overdue(now):
                overdue[submission.id] = None
        return list(overdue)

    def erased(self, *, since: datetime) -> Sequence[str]:
        """Return the IDs in the ledger of erasures from the month of `since` on, sorted by month."""
        ids: list[str] = []
        month = self._clock.now()
        first, _ = keys.erased_key("", since)
        while (pk := keys.erased_key("", month)[0]) >= first:
            ids[:0] = [line["sk"] for line in self._alive(self._table.query("pk = :pk", pk=pk))]
            month = keys.month_before(month)
        return ids

    def _change(self) -> SubmissionChange:
        return SubmissionChange(self._table, now=self._clock.now(), randomness=self._randomness)
