"""The staff API's links to files: for managers and readers, for five minutes, and to nothing unsafe."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.handlers.staff_office import MANAGER, READER, StaffOffice

from registration_core.domain.files import FileState, StoredFile


@pytest.fixture
def office() -> StaffOffice:
    return StaffOffice()


def address(office: StaffOffice, state: FileState, file: str = "u1") -> str:
    """Return the address of a file in this state."""
    entry = office.register()
    stored = StoredFile("u1", "cv", "Mitt cv.pdf", 9, state, office.clock.now(), "pdf", "00", "")
    office.table.entries[entry.id] = replace(office.table.get(entry.id), files=(stored,))
    return f"/staff/submissions/{entry.id}/files/{file}"


@pytest.mark.parametrize("by", [MANAGER, READER])
def test_link__downloads_under_the_files_name(office: StaffOffice, by: str) -> None:
    answer = office.get(address(office, FileState.KEPT), who=by)
    assert (answer.status, answer.json["filename"]) == (200, "Mitt cv.pdf")
    assert answer.json["url"].endswith("/cv/u1?as=Mitt cv.pdf&for=300")


@pytest.mark.parametrize(
    ("state", "file", "status", "code"),
    [
        (FileState.CHECKING, "u1", 409, "file_not_ready"),
        (FileState.REFUSED, "u1", 409, "file_not_ready"),
        (FileState.KEPT, "u2", 404, "not_found"),
    ],
)
def test_link__leads_to_nothing_unsafe(
    office: StaffOffice, state: FileState, file: str, status: int, code: str
) -> None:
    answer = office.get(address(office, state, file))
    assert (answer.status, answer.json["code"]) == (status, code)
