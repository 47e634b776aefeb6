"""Receive files: each incoming file is handled once, whatever happens meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from contract.fakes import CountedRandomness, StoppedClock
from contract.file_fakes import FixedScanner, InMemoryFiles
from contract.manage_fake import InMemoryManagedRepository
from sent_files import PDF, PROGRAM
from unit.core.builders import NOW, a_field, a_form, an_entry

from registration_core.adapters.given_forms import GivenForms
from registration_core.domain.file_errors import FilesUnavailableError
from registration_core.domain.file_ports import Verdict
from registration_core.domain.files import FileRules, FileState, missing_files
from registration_core.services.receive_files import ReceiveFilesService

if TYPE_CHECKING:
    from registration_core.domain.files import StoredFile
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

CV = a_field("file", "cv", required=True, files=FileRules(("pdf",), 100_000, max_files=2))
FORM = a_form(a_field("text", "name"), a_field("email", "email", required=True), CV)
ENTRY = an_entry(FORM, {"name": "Robin", "email": "robin@example.org"})


class LateReads(InMemoryManagedRepository):
    """Returns what somebody read just before, once."""

    seen_first: Submission | None = None

    def get(self, submission_id: str) -> Submission:
        seen, self.seen_first = self.seen_first, None
        return seen or super().get(submission_id)


@dataclass
class Desk:
    """The service over memory, with one submission."""

    scanner: FixedScanner | None = None
    form: Form = FORM
    store: InMemoryFiles = field(default_factory=InMemoryFiles)
    clock: StoppedClock = field(default_factory=lambda: StoppedClock(NOW))

    def __post_init__(self) -> None:
        self.repository = LateReads(clock=self.clock, randomness=CountedRandomness())
        self.repository.entries[ENTRY.id] = ENTRY
        self.repository._events[ENTRY.id] = []
        self.service = ReceiveFilesService(
            forms=GivenForms({FORM.name: self.form}),
            repository=self.repository,
            store=self.store,
            scanner=self.scanner,
            clock=self.clock,
        )

    @property
    def entry(self) -> Submission:
        return self.repository.get(ENTRY.id)

    @property
    def history(self) -> list[str]:
        return [event.what for event in self.repository._events[ENTRY.id]]

    def send(self, upload: str = "u1", content: bytes = PDF, name: str = "cv.pdf", question: str = "cv") -> str:
        key = f"incoming/{ENTRY.id}/{question}/{upload}"
        self.store.objects[key] = (content, name)
        return key

    def receive(self, key: str) -> StoredFile | None:
        return self.service.receive(key, sent_at=NOW)


def test_receive__keeps_a_file_with_its_submission() -> None:
    desk = Desk()
    file = desk.receive(desk.send(name="../Mitt cv.pdf"))
    assert file is not None
    assert (file.name, file.kind, file.size, file.state) == ("Mitt cv.pdf", "pdf", len(PDF), FileState.KEPT)
    assert desk.entry.files == (file,)
    assert desk.store.objects == {f"kept/{ENTRY.id}/cv/u1": (PDF, "")}
    assert desk.history == ["file kept: cv"]
    assert missing_files(FORM, ENTRY) == (CV,)
    assert missing_files(FORM, desk.entry) == ()


def test_receive__does_nothing_twice() -> None:
    """Events come at least once, also after the file is kept."""
    desk = Desk()
    key = desk.send()
    desk.receive(key)
    desk.receive(key)
    assert (len(desk.entry.files), desk.history) == (1, ["file kept: cv"])
    assert list(desk.store.objects) == [f"kept/{ENTRY.id}/cv/u1"]


@pytest.mark.parametrize("step", ["look", "copy", "delete"])
def test_receive__finishes_what_was_interrupted(step: str) -> None:
    desk = Desk()
    key = desk.send()
    desk.store.failing.add(step)
    with pytest.raises(FilesUnavailableError):
        desk.receive(key)
    desk.store.failing.clear()
    desk.receive(key)
    assert [file.state for file in desk.entry.files] == [FileState.KEPT]
    assert list(desk.store.objects) == [f"kept/{ENTRY.id}/cv/u1"]


def test_receive__refuses_a_renamed_program() -> None:
    """It is deleted, and staff read why."""
    desk = Desk()
    file = desk.receive(desk.send(content=PROGRAM))
    assert file is not None
    assert (file.state, file.reason, file.sha256) == (FileState.REFUSED, "executable", "")
    assert desk.store.objects == {}
    assert desk.history == ["file refused: cv (executable)"]
    assert missing_files(FORM, desk.entry) == (CV,)


@pytest.mark.parametrize(("sent", "kept"), [("cv.PDF", "cv.PDF"), ("cv.bat", "cv.bat.pdf"), ("cv", "cv.pdf")])
def test_receive__lets_a_name_end_as_its_kind_does(sent: str, kept: str) -> None:
    """Bytes can begin as a PDF and run as a script: what staff download must not open as one."""
    desk = Desk()
    file = desk.receive(desk.send(name=sent))
    assert file is not None
    assert file.name == kept


def test_receive__refuses_what_is_too_large() -> None:
    desk = Desk()
    file = desk.receive(desk.send(content=PDF.ljust(100_001)))
    assert file is not None
    assert file.reason == "too_large"


def test_receive__keeps_no_more_files_than_the_question_accepts() -> None:
    desk = Desk()
    reasons = [file.reason for upload in "abc" if (file := desk.receive(desk.send(upload)))]
    assert reasons == ["", "", "too_many"]
    assert len(desk.store.objects) == 2


def test_receive__remembers_so_many_refused_files() -> None:
    """Nobody can fill a submission with refused files."""
    desk = Desk()
    for number in range(25):
        desk.receive(desk.send(f"u{number}", PROGRAM))
    assert (len(desk.entry.files), desk.store.objects) == (20, {})


@pytest.mark.parametrize("key", ["incoming/x", f"incoming/{ENTRY.id}/name/u1", f"incoming/{ENTRY.id}/gone/u1"])
def test_receive__deletes_what_belongs_to_nobody(key: str) -> None:
    desk = Desk()
    desk.store.objects[key] = (PDF, "cv.pdf")
    assert desk.receive(key) is None
    assert desk.store.objects == {}


def test_receive__waits_for_a_submission_that_is_not_visible_yet() -> None:
    desk = Desk()
    key = desk.send()
    del desk.repository.entries[ENTRY.id]
    with pytest.raises(FilesUnavailableError):
        desk.receive(key)
    desk.repository.entries[ENTRY.id] = ENTRY
    assert desk.receive(key) is not None


def test_receive__deletes_the_file_of_a_submission_that_never_was() -> None:
    desk = Desk()
    key = desk.send()
    del desk.repository.entries[ENTRY.id]
    desk.clock.forward(minutes=3)
    assert desk.receive(key) is None
    assert desk.store.objects == {}


def test_receive__leaves_nothing_of_a_submission_erased_meanwhile() -> None:
    """It is erased after the file was copied and before it is recorded."""

    class Erased(InMemoryFiles):
        def copy(self, stored: object, key: str) -> None:
            super().copy(stored, key)  # type: ignore[arg-type]
            desk.repository.erase(desk.entry, by="registrant")

    desk = Desk(store=Erased())
    assert desk.receive(desk.send()) is None
    assert (desk.store.objects, desk.entry.files) == ({}, ())


def test_receive__keeps_the_file_of_a_cancelled_submission() -> None:
    """Staff may restore it."""
    desk = Desk()
    key = desk.send()
    desk.repository.entries[ENTRY.id] = replace(ENTRY, status=ENTRY.status.CANCELLED)
    assert desk.receive(key) is not None


def test_receive__lets_the_scanner_decide() -> None:
    clean, infected = Desk(FixedScanner()), Desk(FixedScanner(Verdict(clean=False, reason="EICAR")))
    assert [desk.receive(desk.send()).state for desk in (clean, infected)] == [FileState.KEPT, FileState.REFUSED]  # type: ignore[union-attr]
    assert infected.store.objects == {}
    assert infected.history == ["file received: cv", "file refused: cv (scanner)"]


def test_receive__asks_a_scanner_that_failed_again() -> None:
    """Until it answers, the file is being checked."""
    scanner = FixedScanner(None)
    desk = Desk(scanner)
    key = desk.send()
    with pytest.raises(FilesUnavailableError):
        desk.receive(key)
    assert [file.state for file in desk.entry.files] == [FileState.CHECKING]
    scanner.verdict = Verdict(clean=True)
    del desk.store.objects[key]  # the bucket forgets what is incoming after a day
    desk.receive(key)
    assert [file.state for file in desk.entry.files] == [FileState.KEPT]
    assert len(scanner.asked) == 2


def test_receive__judges_no_other_bytes_than_the_scanner_saw() -> None:
    """Somebody sends other bytes under the same key, whose event is handled while the scanner reads the first."""

    class OtherBytes(FixedScanner):
        def scan(self, **_: str) -> Verdict:
            if self.asked:
                raise FilesUnavailableError("the other bytes take too long")
            self.asked.append("the first bytes")
            desk.send(content=PDF + b"other")
            desk.repository.seen_first = ENTRY
            with pytest.raises(FilesUnavailableError):
                desk.receive(key)
            return Verdict(clean=True)

    desk = Desk(OtherBytes())
    key = desk.send()
    desk.receive(key)
    assert [(file.state, file.size) for file in desk.entry.files] == [(FileState.CHECKING, len(PDF) + 5)]


def test_receive__ignores_an_id_that_another_question_has() -> None:
    """Staff get files by their ID."""
    photo = a_field("file", "photo", files=FileRules(("pdf",), 100_000))
    desk = Desk(form=replace(FORM, fields=(*FORM.fields, photo)))
    assert desk.receive(desk.send()) is not None
    assert desk.receive(desk.send(question="photo")) is None
    assert [file.field for file in desk.entry.files] == ["cv"]
    assert list(desk.store.objects) == [f"kept/{ENTRY.id}/cv/u1"]


def test_catch_up__examines_what_no_event_told_of() -> None:
    """Also what a scanner never answered for."""
    desk = Desk()
    desk.send()
    desk.clock.forward(minutes=5)
    assert desk.service.catch_up() == 0
    desk.clock.forward(minutes=6)
    assert desk.service.catch_up() == 1
    assert [file.state for file in desk.entry.files] == [FileState.KEPT]


def test_catch_up__deletes_what_no_submission_has() -> None:
    """Within a day, each hour for a part of the submissions."""
    desk = Desk()
    desk.receive(desk.send())
    desk.store.objects |= {f"kept/{ENTRY.id}/cv/lost": (PDF, ""), "kept/prt_gone/cv/u1": (PDF, "")}
    assert sum(desk.service.catch_up() for _ in range(24) if desk.clock.forward(hours=1)) == 0
    desk.clock.forward(days=1)
    assert sum(desk.service.catch_up() for _ in range(24) if desk.clock.forward(hours=1)) == 2
    assert list(desk.store.objects) == [f"kept/{ENTRY.id}/cv/u1"]


def test_forget__deletes_all_of_a_submission() -> None:
    desk = Desk()
    desk.receive(desk.send("u1"))
    desk.send("u2")
    assert desk.service.forget(ENTRY.id) == 2
    assert desk.store.objects == {}
