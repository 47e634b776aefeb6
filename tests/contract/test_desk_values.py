"""What every repository promises about notes and check-ins: stored, read everywhere, and erased."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from contract.entries import an_entry, cancel, change, put
from contract.fakes import START

from registration_core.domain.attendance import CheckIn
from registration_core.domain.notes import LONGEST_NOTE, MOST_NOTES, Note
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from registration_core.domain.ports import ManagedRepository

NOTES = (Note("01", START, "kim", "Called.\nPays on the day: 500 kr"), Note("02", START, "ada", "Åsa är glutenfri"))
CHECK_INS = tuple(CheckIn(date(2027, 3, day), START + timedelta(days=day), "kim") for day in (6, 13))


def test_change__stores_notes_and_check_ins(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)

    after = change(repository, entry.id, "noted", notes=NOTES, check_ins=CHECK_INS)

    assert after == replace(entry, version=2, notes=NOTES, check_ins=CHECK_INS)
    assert repository.get(entry.id) == after
    assert repository.details(entry.id).submission == after
    assert repository.by_reference(entry.reference) == after
    assert repository.by_email(entry.email, limit=5) == (after,)
    assert list(repository.newest("course", since=START)) == [after]
    assert repository.several([entry.id]) == {entry.id: after}


def test_change__removes_notes_and_check_ins(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    change(repository, entry.id, "noted", notes=NOTES, check_ins=CHECK_INS)
    change(repository, entry.id, "note removed", notes=NOTES[1:], check_ins=CHECK_INS[:1])
    assert (repository.get(entry.id).notes, repository.get(entry.id).check_ins) == (NOTES[1:], CHECK_INS[:1])
    change(repository, entry.id, "note removed", notes=(), check_ins=())
    assert repository.get(entry.id) == replace(entry, version=4)


def test_change__keeps_them_through_cancel_and_restore(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    change(repository, entry.id, "noted", notes=NOTES, check_ins=CHECK_INS)
    cancel(repository, entry.id)
    restored = change(repository, entry.id, "restored", status=Status.CONFIRMED)
    assert (restored.notes, restored.check_ins) == (NOTES, CHECK_INS)
    assert repository.get(entry.id) == restored


def test_change__stores_as_many_of_the_longest_notes_as_allowed(repository: ManagedRepository) -> None:
    """They fit in DynamoDB's largest item, 400 KB, whatever the letters."""
    entry = an_entry()
    put(repository, entry)
    notes = tuple(Note(f"{number:064}", START, "arn:" * 20, "🧑" * LONGEST_NOTE) for number in range(MOST_NOTES))
    change(repository, entry.id, "noted", notes=notes)
    assert repository.get(entry.id).notes == notes


def test_erase__takes_notes_and_check_ins_along(repository: ManagedRepository) -> None:
    entry = an_entry()
    put(repository, entry)
    before = change(repository, entry.id, "noted", notes=NOTES, check_ins=CHECK_INS)
    after = repository.erase(before, by="staff")
    assert (after.notes, after.check_ins) == ((), ())
    assert repository.get(entry.id) == after
