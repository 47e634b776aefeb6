"""Ranks: how many wait in front of an entry, read once for each option that anybody waits for."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.ports import SubmissionRepository
    from registration_core.domain.submission import Submission


class Ranks:
    """Ranks as they stood when the first entry of an option was asked about, until they are forgotten."""

    def __init__(self, repository: SubmissionRepository) -> None:
        self._repository = repository
        self._queues: dict[tuple[str, str], dict[str, int]] = {}

    def forget(self) -> None:
        """Read the queues anew when they are asked about again."""
        self._queues.clear()

    def of(self, entry: Submission) -> int | None:
        """Return the place in the queue, 1 for the next to move up; None for an entry that doesn't wait.

        Raises StorageUnavailableError.
        """
        if entry.option is None or entry.position is None:
            return None
        return self.queue(entry.form, entry.option).get(entry.id)

    def queue(self, form: str, option: str) -> dict[str, int]:
        """Return the rank of each entry that waits for an option, by ID, the first in line first."""
        if (form, option) not in self._queues:
            waiting = self._repository.waiting(form, option)
            self._queues[form, option] = {entry: rank for rank, entry in enumerate(waiting, 1)}
        return self._queues[form, option]
