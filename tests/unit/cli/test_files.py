"""`rollcall files` and `export --files`: listed, saved whole, continued, and refused while unsafe."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sent_files import PDF
from unit.cli.office import Office, reference
from unit.core.builders import a_field

from admin_cli.files import downloads
from registration_core.domain.errors import StorageUnavailableError
from registration_core.domain.files import FileRules, FileState, StoredFile
from registration_core.services.file_links import FileLink, FileLinks, ensure_ready

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from unit.cli.fakes import CommandLine

    from registration_core.domain.submission import Submission


class Links(FileLinks):
    """Links whose address is the file's ID."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def of(self, submission: Submission, file: str, *, unchecked: bool = False) -> FileLink:
        stored = next(each for each in submission.files if each.id == file)
        ensure_ready(stored, self._office.clock.now(), unchecked=unchecked)
        return FileLink(f"https://files.example.org/{file}", stored.name, self._office.clock.now())


@pytest.fixture
def office(rollcall_local: CommandLine, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A stack with Åsa's submission, and what the bucket answers."""
    office = Office(rollcall_local)
    rollcall_local.linking = Links(office)

    def fetched(url: str) -> Iterator[bytes]:
        yield from ([PDF[:10]] if url.endswith("cut") else [PDF[:10], PDF[10:]])

    monkeypatch.setattr(downloads.download, "__kwdefaults__", {"get": fetched})
    return office


def sent(office: Office, *files: tuple[str, FileState]) -> Submission:
    """Return a submission with files of these IDs."""
    entry = office.register("Åsa")
    digest = hashlib.sha256(PDF).hexdigest()
    stored = tuple(
        StoredFile(
            name,
            "cv",
            f"{name}.pdf",
            len(PDF),
            state,
            office.clock.now(),
            "pdf",
            digest,
            "executable" if state is FileState.REFUSED else "",
        )
        for name, state in files
    )
    office.repository.entries[entry.id] = replace(entry, files=stored)
    return office.get(entry)


def test_files__are_listed_with_why_one_was_refused(office: Office) -> None:
    entry = sent(office, ("a", FileState.KEPT), ("b", FileState.REFUSED))
    ran = office.line("files", reference(entry))
    assert [line.split("\t")[1:4] for line in ran.out.splitlines()] == [
        ["a.pdf", "1 KB", "kept"],
        ["b.pdf", "1 KB", "refused: it is a program"],
    ]
    listed = json.loads(office.line("files", entry.id, "--json", "name,state").out)
    assert listed == [{"name": "a.pdf", "state": "kept"}, {"name": "b.pdf", "state": "refused"}]
    assert "a.pdf" in office.line("show", entry.id, terminal=True).out


def test_files__none_is_a_sentence(office: Office) -> None:
    entry = office.register("Åsa")
    ran = office.line("files", entry.id)
    assert (ran.code, ran.out, ran.err) == (0, "", "No files were sent with this submission.\n")


def test_required_file__that_is_missing_is_shown(office: Office) -> None:
    """Not once it has arrived."""
    missing, arrived = office.register("Bo"), sent(office, ("a", FileState.KEPT))
    rules = FileRules(("pdf",), 1000, 1)
    form, field = office.forms["registration"], a_field("file", "cv", required=True, files=rules)
    office.forms["registration"] = replace(form, fields=(*form.fields, field))
    assert office.line("files", missing.id).out == "cv\t\t\tnot sent yet\t\n"
    assert "not sent yet" in office.line("show", missing.id, terminal=True).out
    assert "not sent yet" not in office.line("show", arrived.id, terminal=True).out


def test_save__leaves_what_is_there_alone(office: Office, tmp_path: Path) -> None:
    entry = sent(office, ("a", FileState.KEPT), ("b", FileState.REFUSED))
    first = office.line("files", entry.id, "--save", str(tmp_path))
    again = office.line("export", "--form", "registration", "--files", str(tmp_path))
    assert (first.code, again.code) == (0, 0)
    assert first.err.splitlines()[-1] == f"1 file downloaded to {tmp_path}."
    assert again.err.splitlines()[-1] == f"0 files downloaded to {tmp_path}."
    assert [path.name for path in (tmp_path / reference(entry)).iterdir()] == ["cv-a.pdf"]
    assert (tmp_path / reference(entry) / "cv-a.pdf").read_bytes() == PDF


def test_save__never_leaves_half_a_file(office: Office, tmp_path: Path) -> None:
    """The others are saved, and the command fails."""
    entry = sent(office, ("cut", FileState.KEPT), ("a", FileState.KEPT))
    ran = office.line("files", entry.id, "--save", str(tmp_path))
    assert ran.code == 1
    assert "did not arrive as it was stored" in ran.err
    assert [path.name for path in (tmp_path / reference(entry)).iterdir()] == ["cv-a.pdf"]


def test_save__takes_nothing_that_is_being_checked(office: Office, tmp_path: Path) -> None:
    """A file whose check failed is saved only on request."""
    entry = sent(office, ("a", FileState.CHECKING))
    assert "is being checked for viruses" in office.line("files", entry.id, "--save", str(tmp_path)).err
    office.clock.forward(hours=2)
    assert office.line("files", entry.id, "--save", str(tmp_path), "--unchecked").code == 0


def test_places__are_distinct_for_files_of_one_name(tmp_path: Path, office: Office) -> None:
    entry = sent(office, ("a", FileState.KEPT), ("b", FileState.KEPT))
    files = [replace(file, name="CV.pdf" if file.id == "b" else "cv.pdf") for file in entry.files]
    names = [path.name for path in downloads.places(tmp_path, entry, files).values()]
    assert names == ["cv-cv.pdf", "cv-2-CV.pdf"]


def test_export__with_files_makes_no_sheet(office: Office, tmp_path: Path) -> None:
    ran = office.line("export", "a.csv", "--form", "registration", "--files", str(tmp_path))
    assert ran.code == 2
    assert "--files only downloads files." in ran.err


def test_failure__is_storage_trouble() -> None:
    """Commands say that trying again may help."""
    from registration_core.domain.file_errors import FilesUnavailableError  # noqa: PLC0415

    assert issubclass(FilesUnavailableError, StorageUnavailableError)
