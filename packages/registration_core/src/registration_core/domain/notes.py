"""Notes: what staff write about a submission for each other, such as "called, will pay on the day"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from registration_core.domain.errors import InvalidNoteError
from registration_core.domain.graphemes import count_graphemes
from registration_core.domain.values import ValueRefusedError, clean_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

MOST_NOTES = 50
"""How many notes a submission can have."""
LONGEST_NOTE = 1_000
"""In characters as people count them."""
_MOST_BYTES = 4 * LONGEST_NOTE
"""So that all notes of a submission fit in its item. An emoji family is one character of 25 bytes."""
_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Note:
    """One note. id: unique within its submission. by: see `Event`. text: may have several lines."""

    id: str
    at: datetime
    by: str
    text: str


def read_note(text: str) -> str:
    """Return a note's text as it is stored. Raises InvalidNoteError."""
    try:
        cleaned = clean_text(text)
    except ValueRefusedError as error:
        raise InvalidNoteError("A note can't have control characters.") from error
    if not cleaned:
        raise InvalidNoteError("A note can't be empty.")
    length = count_graphemes(cleaned)
    if length > LONGEST_NOTE or len(cleaned.encode()) > _MOST_BYTES:
        raise InvalidNoteError(f"A note can have {LONGEST_NOTE:,} characters. This one has {length:,}.")
    return cleaned


def read_note_id(text: str) -> str:
    """Return a new note's ID. Raises InvalidNoteError."""
    if _ID.fullmatch(text) is None:
        raise InvalidNoteError("A note's ID has 1 to 64 letters, digits, - and _.")
    return text
