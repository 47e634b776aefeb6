"""Builders: a submission for a counted option, and the changes staff make to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from contract.fakes import START, CountedRandomness, StoppedClock

from registration_core.domain.identifiers import new_reference, new_submission_id
from registration_core.domain.submission import Idempotency, Once, Receipt, Status, Submission
from registration_core.services.seating import Seating

if TYPE_CHECKING:
    from registration_core.domain.ports import ManagedRepository, SubmissionRepository
    from registration_core.domain.quota import QuotaState

RANDOMNESS = CountedRandomness("managing")
ONCE = Once("a", "f" * 64)
AGE = timedelta(minutes=2)


def an_entry(status: Status = Status.CONFIRMED, **changes: object) -> Submission:
    values: dict[str, object] = {
        "id": new_submission_id("crs", START, RANDOMNESS),
        "form": "course",
        "form_version": "0123456789ab",
        "submitted_at": START,
        "answers": {"name": "Åsa", "email": "asa@example.org", "day": "a"},
        "status": status,
        "reference": new_reference(RANDOMNESS),
        "email": "asa@example.org",
        "language": "en",
        "version": 1,
        "expires_at": START.replace(microsecond=0) + timedelta(days=30),
        "option": "a",
        "verify_by": START.replace(microsecond=0) + timedelta(hours=48) if status is Status.PENDING else None,
    }
    return Submission(**(values | changes))  # type: ignore[arg-type]


def seating(repository: SubmissionRepository) -> Seating:
    return Seating(repository=repository, clock=StoppedClock(), randomness=RANDOMNESS)


def put(
    repository: ManagedRepository,
    entry: Submission,
    *,
    capacity: int | None = 2,
    once: Once | None = None,
    key: str | None = None,
) -> Receipt:
    idempotency = Idempotency(key or entry.id, "same", START + timedelta(minutes=10), of_answers=key is not None)
    return seating(repository).add(entry, once=once, idempotency=idempotency, capacity=capacity)


def state(repository: ManagedRepository) -> QuotaState:
    return repository.quotas("course", ["a"])["a"]


def change(repository: ManagedRepository, submission_id: str, what: str = "moved", **changes: object) -> Submission:
    before = repository.get(submission_id)
    after = replace(before, version=before.version + 1, **changes)  # type: ignore[arg-type]
    return repository.change(before, after, what=what, by="staff")


def cancel(repository: ManagedRepository, submission_id: str) -> Submission:
    return change(repository, submission_id, "cancelled", status=Status.CANCELLED, position=None, verify_by=None)


def promote(repository: ManagedRepository, submission_id: str) -> Submission:
    return change(repository, submission_id, "promoted", status=Status.CONFIRMED, position=None)
