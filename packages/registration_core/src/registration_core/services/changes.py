"""Changes: read a submission, decide, store, and start again if someone else changed it."""

from __future__ import annotations

from dataclasses import replace

from registration_core.domain.errors import SubmissionChangedError
from registration_core.domain.transitions import ensure_may_become
from registration_core.services.seating import ATTEMPTS, busy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from registration_core.domain.ports import ManagedRepository
    from registration_core.domain.submission import Submission

    Decision: TypeAlias = Callable[[Submission], tuple[Submission, str] | None]


def changed(
    repository: ManagedRepository, submission_id: str, decide: Decision, *, by: str, expected: int | None = None
) -> Submission:
    """Change a submission, and return it.

    decide: returns the submission's next version and what the history says; None for no change.
    expected: the version that it must have; None for any. Raises SubmissionChangedError if it has
    another, SubmissionNotFoundError, StorageUnavailableError and what `decide` raises.
    """
    for _ in range(ATTEMPTS):
        before = read(repository, submission_id, expected=expected)
        decided = decide(before)
        if decided is None:
            return before
        after, what = decided
        try:
            return repository.change(before, after, what=what, by=by)
        except SubmissionChangedError:
            continue
    raise busy(submission_id)


def read(repository: ManagedRepository, submission_id: str, *, expected: int | None) -> Submission:
    """Return a submission. Raises SubmissionChangedError if it has another version than expected."""
    before = repository.get(submission_id)
    ensure_version(before, expected)
    return before


def ensure_version(submission: Submission, expected: int | None) -> None:
    """Raise SubmissionChangedError if a submission has another version than expected. None: any will do."""
    if expected not in (None, submission.version):
        raise SubmissionChangedError(submission.id)


def next_version(before: Submission, **changes: Any) -> Submission:  # noqa: ANN401 - the submission's own fields
    """Return the submission's next version. Raises StatusTransitionError."""
    after = replace(before, version=before.version + 1, **changes)
    if after.status is not before.status:
        ensure_may_become(before.status, after.status)
    return after
