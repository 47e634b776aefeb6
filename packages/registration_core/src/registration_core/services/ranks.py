"""Ranks: positions on waiting lists, read once per option."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from registration_core.domain.ports import SubmissionRepository

    class Queued(Protocol):
        """What a rank depends on: a `Submission`, or a row of an export."""

        @property
        def id(self) -> str:
            """The submission's ID."""

        @property
        def form(self) -> str:
            """The form's name."""

        @property
        def option(self) -> str | None:
            """The counted option that it is about."""

        @property
        def position(self) -> int | None:
            """Its ticket while waitlisted."""


class Ranks:
    """Ranks as of the first question about each option, until `forget` is called."""

    def __init__(self, repository: SubmissionRepository) -> None:
        self._repository = repository
        self._queues: dict[tuple[str, str], dict[str, int]] = {}

    def forget(self) -> None:
        """Read the waiting lists again next time."""
        self._queues.clear()

    def of(self, submission: Queued) -> int | None:
        """Return the rank, 1 for the next to be promoted; None if the submission isn't waitlisted.

        Raises StorageUnavailableError.
        """
        if submission.option is None or submission.position is None:
            return None
        return self.queue(submission.form, submission.option).get(submission.id)

    def queue(self, form: str, option: str) -> dict[str, int]:
        """Return the ranks of an option's waiting list by ID, in order."""
        if (form, option) not in self._queues:
            waiting = self._repository.waiting(form, option)
            self._queues[form, option] = {submission: rank for rank, submission in enumerate(waiting, 1)}
        return self._queues[form, option]
