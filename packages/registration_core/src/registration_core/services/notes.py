"""Notes: staff write about a submission for each other."""

from __future__ import annotations

from registration_core.domain.errors import InvalidNoteError, NoteNotFoundError, StatusTransitionError
from registration_core.domain.notes import MOST_NOTES, Note, read_note, read_note_id
from registration_core.domain.submission import Status
from registration_core.services.changes import changed, next_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from registration_core.domain.ports import Clock, ManagedRepository
    from registration_core.domain.submission import Submission


class NoteService:
    """Adds notes to submissions and removes them. Nobody is mailed, and the history never has a note's text.

    by: see `Event`. Each method is safe to repeat, and may raise SubmissionNotFoundError or
    StorageUnavailableError.
    """

    def __init__(self, *, repository: ManagedRepository, clock: Clock) -> None:
        self._repository = repository
        self._clock = clock

    def add(self, submission_id: str, text: str, *, by: str, note_id: str) -> Submission:
        """Add a note, and return the submission.

        note_id: a new one for each note, so that a repeated call adds nothing. Raises
        InvalidNoteError for a text that can't be a note, an ID that another note has, or one note
        too many; StatusTransitionError for a submission that is erased.
        """
        note = Note(read_note_id(note_id), self._clock.now(), by, read_note(text))

        def noted(before: Submission) -> tuple[Submission, str] | None:
            if before.status is Status.ERASED:
                raise StatusTransitionError("An erased submission can't have notes.")
            same = next((each for each in before.notes if each.id == note.id), None)
            if same is not None and same.text == note.text:
                return None
            if same is not None:
                raise InvalidNoteError("Another note already has this ID.")
            if len(before.notes) >= MOST_NOTES:
                raise InvalidNoteError(f"A submission can have at most {MOST_NOTES} notes. Remove one first.")
            return next_version(before, notes=(*before.notes, note)), "noted"

        return changed(self._repository, submission_id, noted, by=by)

    def remove(self, submission_id: str, note_id: str, *, by: str) -> Submission:
        """Remove a note, and return the submission. Raises NoteNotFoundError."""

        def removed(before: Submission) -> tuple[Submission, str]:
            left = tuple(note for note in before.notes if note.id != note_id)
            if len(left) == len(before.notes):
                raise NoteNotFoundError(note_id)
            return next_version(before, notes=left), "note removed"

        return changed(self._repository, submission_id, removed, by=by)
