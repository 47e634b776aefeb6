"""`rollcall note`: written, shown, found, exported in the copy, removed, and gone with the submission."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from unit.cli.office import Office, called, reference

if TYPE_CHECKING:
    from unit.cli.fakes import CommandLine

ME = "arn:aws:iam::000000000000:user/staff"


@pytest.fixture
def office(rollcall_local: CommandLine) -> Office:
    return Office(rollcall_local)


def test_note__is_written_about_each_and_shown(office: Office) -> None:
    asa, bo = office.register("Åsa"), office.register("Bo")

    ran = office.line("note", "add", "Called.\nNo answer", reference(asa), bo.id, "--yes")

    assert (ran.code, ran.err.splitlines()[-1]) == (0, "Note written about 2 submissions.")
    for each in (asa, bo):
        (note,) = office.get(each).notes
        assert (note.text, note.by) == ("Called.\nNo answer", ME)
    shown = office.line("show", asa.id, terminal=True).out
    assert "1. 2027-03-01 09:30, user/staff  Called." in shown
    assert "notes.1\tCalled.\\nNo answer\n" in office.line("show", asa.id).out
    record = json.loads(office.line("show", asa.id, "--json", "notes,notes_count").out)
    assert record == {
        "notes": [{"id": office.get(asa).notes[0].id, "at": "2027-03-01T09:30:15.250Z", "by": ME, "text": note.text}],
        "notes_count": 1,
    }
    assert set(office.line("list", "--columns", "id,notes_count").out.splitlines()) == {f"{bo.id}\t1", f"{asa.id}\t1"}


def test_note__is_found_by_search(office: Office) -> None:
    asa, _ = office.register("Åsa"), office.register("Bo")
    office.notes.add(asa.id, "Glutenfri kost, ring 070-140 50 21", by="kim", note_id="1")
    for words in ("GLUTENFRI kost", "glutenfri"):
        assert office.line("search", words, "--columns", "id").out == f"{asa.id}\n"


def test_copy__has_what_staff_wrote_about_the_person(office: Office) -> None:
    """A person may ask for all that is kept about them."""
    asa = office.register("Åsa")
    office.notes.add(asa.id, "Called", by="kim", note_id="1")
    office.manage.label(asa.id, "paid", on=True, by="kim")
    office.attendance.check_in(asa.id, by="kim")
    copy = office.line("show", asa.id, "--copy").out
    assert "\nNotes\n    Called\n" in copy
    assert "\nLabels\n    paid\n" in copy
    assert "\nChecked in\n    2027-03-01" in copy
    assert "kim" not in copy


def test_list__prints_notes_and_their_ids(office: Office) -> None:
    asa = office.register("Åsa")
    assert office.line("note", "list", asa.id).err == "It has no notes.\n"
    office.notes.add(asa.id, "Called", by=ME, note_id="first")
    office.notes.add(asa.id, "Paid", by=ME, note_id="second")
    assert office.line("note", "list", asa.id).out.splitlines() == [
        f"first\t2027-03-01T09:30:15.250Z\t{ME}\tCalled",
        f"second\t2027-03-01T09:30:15.250Z\t{ME}\tPaid",
    ]
    assert json.loads(office.line("note", "list", asa.id, "--json", "text").out) == [
        {"text": "Called"},
        {"text": "Paid"},
    ]
    assert "2. 2027-03-01 09:30, user/staff  Paid" in office.line("note", "list", asa.id, terminal=True).out


@pytest.mark.parametrize("which", ["2", "second"])
def test_remove__takes_a_note_by_its_number_or_id(office: Office, which: str) -> None:
    asa = office.register("Åsa")
    for note_id in ("first", "second"):
        office.notes.add(asa.id, f"The {note_id}", by=ME, note_id=note_id)

    dry = office.line("note", "remove", which, asa.id, "--dry-run")
    assert "The second" in dry.err
    assert len(office.get(asa).notes) == 2
    assert office.line("note", "remove", which, asa.id, "--yes").err.endswith("The note was removed.\n")
    assert [note.id for note in office.get(asa).notes] == ["first"]

    again = office.line("note", "remove", "second", asa.id, "--yes")
    assert (again.code, "no note 'second'. It has 1 note." in again.err) == (3, True), again.err


def test_note__refuses_before_anything_is_written(office: Office) -> None:
    asa, gone = office.register("Åsa"), office.register("Bo")
    office.manage.erase(gone.id, by="kim")
    for text, entry, code, says in (
        ("x" * 1001, asa.id, 2, "can have 1,000 characters"),
        (" ", asa.id, 2, "can't be empty"),
        ("Paid", gone.id, 1, "is erased, so it can't have a note"),
    ):
        ran = office.line("note", "add", text, asa.id, entry, "--yes")
        assert (ran.code, says in ran.err) == (code, True), ran.err
    dry = office.line("note", "add", "Paid", asa.id, "--dry-run")
    assert f"  {called(asa)}\nWould write a note about 1 submission." in dry.err
    assert office.get(asa) == asa
