"""Submissions and seats in memory, with the changes that staff make."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from contract.fakes import START, InMemorySubmissionRepository, _Kept

from registration_core.domain.errors import (
    AlreadyRegisteredError,
    QuotaChangedError,
    SubmissionChangedError,
)
from registration_core.domain.ports import ManagedRepository
from registration_core.domain.submission import STANDING, Once, Status

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from registration_core.domain.openings import Override
    from registration_core.domain.quota import PublicSeats, QuotaState
    from registration_core.domain.submission import Submission


_NOBODYS = _Kept(None, START)


@dataclass(slots=True)
class InMemoryManagedRepository(InMemorySubmissionRepository, ManagedRepository):
    """Submissions and seats in dictionaries."""

    _ledger: dict[str, datetime] = field(default_factory=dict)

    def change(
        self, before: Submission, after: Submission, *, what: str, by: str, once: Once | None = None
    ) -> Submission:
        if self.get(before.id) != before:
            raise SubmissionChangedError(before.id)
        assert after.version == before.version + 1, "mails are told apart by the version"
        if once is not None and after.status in STANDING:
            holder = self._holder(after.form, once)
            if holder not in (None, after.id):
                raise AlreadyRegisteredError(str(holder))
        if before.option != after.option:
            self._move(None, after)
            self._move(before, replace(before, status=Status.CANCELLED, position=None))
        else:
            self._move(before, after)
        self._release_or_restore(before, after)
        if once is not None:
            self._stand_for(after, Once(once.option, once.person_fingerprint))
        self.entries[after.id] = after
        self._events[after.id].append(self._event(after, what, by, before))
        return after

    def erase(self, before: Submission, *, by: str) -> Submission:
        if before.status is Status.ERASED:
            return before
        after = before.erased()
        self.change(before, after, what="erased", by=by)
        self._answers.pop((after.form, self._rows.pop(after.id, "")), None)
        self._ledger[after.id] = self.clock.now()
        for (submission_id, _), lease in self._leases.items():
            lease.listed = lease.listed and submission_id != after.id
        self.notices = [notice for notice in self.notices if notice[0] != after.id]
        return after

    def override(self, form: str, option: str, override: Override) -> None:
        self.openings.append((form, option, override))

    def override_history(self, form: str, *, limit: int) -> Sequence[tuple[str, Override]]:
        lines = [(option, override) for other, option, override in self.openings if other == form]
        return lines[: -limit - 1 : -1]

    def abandoned_tickets(self, form: str, option: str, *, age: timedelta) -> Sequence[int]:
        return self._queue(form, option).abandoned(self.clock.now() - age)

    def next_waiting(self, form: str, option: str) -> str | None:
        return self._queue(form, option).next()

    def known(self, form: str, *, once: Once | None, key: str | None = None) -> str | None:
        answered = self._live(self._answers.get((form, key))) if key is not None else None
        if answered is not None:
            return str(answered[1].id)  # type: ignore[index]
        first = self._holder(form, once)
        return None if first is None else str(first)

    def set_capacity(
        self, form: str, option: str, capacity: int, *, by: str | None = None, instead_of: int | None = None
    ) -> QuotaState:
        queue = self._queue(form, option)
        if instead_of not in (None, queue.capacity) and queue.capacity != capacity:
            raise QuotaChangedError(queue.state(form, option))
        queue.capacity = capacity
        if by is not None:
            queue.set_by, queue.set_at = by, self.clock.now()
        return queue.state(form, option)

    def show_seats(self, form: str, option: str, seats: PublicSeats) -> None:
        self._queue(form, option).shown = seats

    def overdue(self, form: str, options: Sequence[str], *, since: datetime) -> Sequence[str]:
        now = self.clock.now()
        return [
            entry.id
            for entry in self._newest_first()
            if entry.form == form and entry.overdue(now) and (entry.option in options or entry.submitted_at >= since)
        ]

    def erased(self, *, since: datetime) -> Sequence[str]:
        erasures = sorted((at.strftime("%Y-%m"), submission_id) for submission_id, at in self._ledger.items())
        return [submission_id for month, submission_id in erasures if month >= since.strftime("%Y-%m")]

    def _stand_for(self, after: Submission, once: Once) -> None:
        """Make a submission stand for another person or option; spam does so once it is marked genuine."""
        before, answers_key = self._guards.get(after.id, (None, None))
        if before not in (None, once) and self._once.get((after.form, before), _NOBODYS).value == after.id:
            del self._once[after.form, before]
        if after.status in STANDING:
            self._once[after.form, once] = _Kept(after.id, after.expires_at)
        self._guards[after.id] = (once, answers_key)

    def _release_or_restore(self, before: Submission, after: Submission) -> None:
        once, answers_key = self._guards.get(after.id, (None, None))
        if after.status in STANDING:
            if (
                before.status is Status.SPAM
                and once is not None
                and self._live(self._once.get((after.form, once))) is None
            ):
                self._once[after.form, once] = _Kept(after.id, after.expires_at)
            return
        if once is not None and self._once.get((after.form, once), _Kept(None, after.expires_at)).value == after.id:
            del self._once[after.form, once]
        if after.status is Status.SPAM:
            return
        answered = self._answers.get((after.form, answers_key)) if answers_key is not None else None
        receipt = answered.value[1] if answered is not None else None  # type: ignore[index]
        if receipt is not None and after.id in (receipt.id, *(each.id for each in receipt.group)):
            del self._answers[after.form, str(answers_key)]
