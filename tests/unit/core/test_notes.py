"""Notes: added once, removed, and never in the history."""

from __future__ import annotations

import pytest
from unit.core.test_manage import Office

from registration_core.domain.errors import (
    InvalidNoteError,
    NoteNotFoundError,
    StatusTransitionError,
    SubmissionNotFoundError,
)
from registration_core.domain.notes import MOST_NOTES, read_note
from registration_core.services.notes import NoteService


class Desk(Office):
    """An office whose staff write notes."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.notes = NoteService(repository=self.repository, clock=self.clock)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_add__keeps_who_wrote_what_and_when(desk: Desk) -> None:
    receipt = desk.submit()
    desk.notes.add(receipt.id, "  Called.\r\nPays on the day ", by="kim", note_id="first")
    desk.clock.forward(minutes=5)
    after = desk.notes.add(receipt.id, "Paid", by="ada", note_id="second")
    assert [(note.id, note.by, note.text) for note in after.notes] == [
        ("first", "kim", "Called.\nPays on the day"),
        ("second", "ada", "Paid"),
    ]
    assert after.notes[1].at == desk.clock.now()
    assert (after.status, after.version) == (receipt.status, 3)


def test_history__never_has_the_text_of_a_note(desk: Desk) -> None:
    receipt = desk.submit()
    desk.notes.add(receipt.id, "Secret words", by="kim", note_id="n")
    desk.notes.remove(receipt.id, "n", by="ada")
    events = desk.repository.details(receipt.id).events[1:]
    assert [(event.what, event.by) for event in events] == [("noted", "kim"), ("note removed", "ada")]


def test_add__does_nothing_when_repeated(desk: Desk) -> None:
    receipt = desk.submit()
    once = desk.notes.add(receipt.id, "Paid", by="kim", note_id="n")
    assert desk.notes.add(receipt.id, "Paid", by="kim", note_id="n") == once
    with pytest.raises(InvalidNoteError, match="already has this ID"):
        desk.notes.add(receipt.id, "Something else", by="kim", note_id="n")


def test_remove__names_a_note_that_is_not_there(desk: Desk) -> None:
    receipt = desk.submit()
    desk.notes.add(receipt.id, "Paid", by="kim", note_id="n")
    assert desk.notes.remove(receipt.id, "n", by="kim").notes == ()
    with pytest.raises(NoteNotFoundError, match='no note "n"'):
        desk.notes.remove(receipt.id, "n", by="kim")
    with pytest.raises(SubmissionNotFoundError):
        desk.notes.remove("crs_0", "n", by="kim")


def test_add__refuses_one_note_too_many_and_erased_submissions(desk: Desk) -> None:
    receipt = desk.submit()
    for number in range(MOST_NOTES):
        desk.notes.add(receipt.id, "Paid", by="kim", note_id=str(number))
    with pytest.raises(InvalidNoteError, match="at most 50 notes"):
        desk.notes.add(receipt.id, "Paid", by="kim", note_id="more")
    desk.manage.erase(receipt.id, by="kim")
    assert desk.get(receipt).notes == ()
    with pytest.raises(StatusTransitionError, match="erased"):
        desk.notes.add(receipt.id, "Paid", by="kim", note_id="more")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "can't be empty"),
        (" \n\u200b ", "can't be empty"),
        ("a\x00b", "control characters"),
        ("å" * 1_001, "can have 1,000 characters. This one has 1,001."),
        ("👨‍👩‍👧‍👦" * 999, "This one has 999."),
    ],
)
def test_read_note__refuses(text: str, says: str) -> None:
    with pytest.raises(InvalidNoteError, match=says):
        read_note(text)


@pytest.mark.parametrize("note_id", ["", "a b", "n" * 65, "å"])
def test_add__refuses_an_id_that_could_not_be_in_an_address(desk: Desk, note_id: str) -> None:
    with pytest.raises(InvalidNoteError, match="ID"):
        desk.notes.add(desk.submit().id, "Paid", by="kim", note_id=note_id)
