"""Receive files: examines what browsers sent, and keeps it with the submission or refuses it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from registration_core.domain.errors import StorageUnavailableError, SubmissionNotFoundError, UnknownFormError
from registration_core.domain.file_errors import FilesUnavailableError
from registration_core.domain.file_kinds import FileRefusedError, examine, named_as
from registration_core.domain.files import (
    INCOMING,
    KEPT,
    MOST_REFUSED,
    FileState,
    StoredFile,
    Upload,
    clean_name,
    counting,
    kept_key,
)
from registration_core.domain.submission import Status
from registration_core.domain.transitions import SYSTEM
from registration_core.services.changes import changed, next_version

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.fields import Field
    from registration_core.domain.file_ports import FileStore, Scanner, StoredObject
    from registration_core.domain.ports import Clock, FormCatalogue, ManagedRepository
    from registration_core.domain.submission import Submission

LATE = timedelta(minutes=10)
"""When an incoming file should have been examined long ago."""
ORPHANED = timedelta(days=2)
"""When a kept file must be recorded: by then nothing is incoming any more."""
VISIBLE_WITHIN = timedelta(minutes=2)
"""How long a submission may take to be visible where we read it. Lambda's last attempt comes after three."""


class ReceiveFilesService:
    """Handles each incoming file once, however often and in whatever order it is reported.

    scanner: None keeps files without a scan.
    """

    def __init__(
        self,
        *,
        forms: FormCatalogue,
        repository: ManagedRepository,
        store: FileStore,
        scanner: Scanner | None,
        clock: Clock,
    ) -> None:
        self._forms = forms
        self._repository = repository
        self._store = store
        self._scanner = scanner
        self._clock = clock

    def receive(self, key: str, *, sent_at: datetime) -> StoredFile | None:
        """Examine one incoming object, and return what became of the file; None if it belongs to nobody.

        sent_at: when it arrived. The order makes repeats safe: copy, record, delete. Raises
        FilesUnavailableError or StorageUnavailableError; then the same call again finishes the work.
        """
        upload = Upload.from_key(key)
        submission = self._submission(upload, sent_at) if upload is not None else None
        field = self._field(submission, upload) if submission is not None and upload is not None else None
        if upload is None or submission is None or field is None:
            self._store.delete(key)
            return None
        file = _known(submission, upload)
        if file is None:
            file = self._examined(submission, field, upload)
        if file is not None and file.state is FileState.CHECKING:
            file = self._scanned(upload, file)
        self._store.delete(key)
        return file

    def forget(self, submission: str) -> int:
        """Delete the files of a submission that was erased or has expired, and return how many objects that were."""
        return self._store.delete_all(submission)

    def catch_up(self) -> int:
        """Do what events were lost for, or failed at, and return how many files that concerned.

        To run once an hour. Each run also looks after a 24th of the submissions with files: what no
        submission has any more is deleted. Raises the last failure, once all is tried.
        """
        now = self._clock.now()
        late = [(key, at) for key, at in self._store.keys(INCOMING) if now - at > LATE]
        failure: StorageUnavailableError | None = None
        for key, at in late:
            try:
                self.receive(key, sent_at=at)
            except StorageUnavailableError as error:  # one file must not hold up the others
                failure = error
        orphans = [key for key, at in self._store.keys(KEPT) if now - at > ORPHANED and self._due(key, now.hour)]
        kept = {name: self._kept_keys(name) for name in dict.fromkeys(key.split("/")[1] for key in orphans)}
        orphans = [key for key in orphans if key not in kept[key.split("/")[1]]]
        for key in orphans:
            self._store.delete(key)
        if failure is not None:
            raise failure
        return len(late) + len(orphans)

    @staticmethod
    def _due(key: str, hour: int) -> bool:
        return sum(key.split("/")[1].encode()) % 24 == hour

    def _kept_keys(self, submission_id: str) -> frozenset[str]:
        """Return the keys of a submission's files; none if it is erased or gone."""
        try:
            files = self._repository.get(submission_id).files
        except SubmissionNotFoundError:
            return frozenset()
        return frozenset(
            kept_key(submission_id, file.field, file.id) for file in files if file.state is not FileState.REFUSED
        )

    def _submission(self, upload: Upload, sent_at: datetime) -> Submission | None:
        """Return the upload's submission; None if it is erased or was never stored."""
        try:
            submission = self._repository.get(upload.submission)
        except SubmissionNotFoundError as error:
            if self._clock.now() - sent_at < VISIBLE_WITHIN:
                raise FilesUnavailableError(f'"{upload.submission}" can\'t be seen yet.') from error
            return None
        return None if submission.status is Status.ERASED else submission

    def _field(self, submission: Submission, upload: Upload) -> Field | None:
        """Return the question; None if the form doesn't ask it any more."""
        try:
            field = self._forms.get(submission.form).field(upload.field)
        except UnknownFormError:
            return None
        return field if field is not None and field.files is not None else None

    def _examined(self, submission: Submission, field: Field, upload: Upload) -> StoredFile | None:
        """Keep the incoming object or refuse it, and record which. None if it is gone."""
        stored = self._store.look(upload.incoming_key)
        if stored is None:
            return None
        file = StoredFile(
            id=upload.id,
            field=field.name,
            name=clean_name(stored.name),
            size=stored.size,
            state=FileState.KEPT if self._scanner is None else FileState.CHECKING,
            at=self._clock.now(),
        )
        try:
            kind = self._kind(submission, field, stored)
            file = replace(file, kind=kind, name=named_as(kind, file.name), sha256=self._store.sha256(stored))
        except FileRefusedError as refusal:
            return self._recorded(upload, replace(file, state=FileState.REFUSED, reason=refusal.code))
        self._store.copy(stored, upload.kept_key)
        return self._recorded(upload, file)

    def _kind(self, submission: Submission, field: Field, stored: StoredObject) -> str:
        """Return the kind of a file that may be kept. Raises FileRefusedError."""
        rules = field.files
        assert rules is not None  # noqa: S101 - `_field` says so
        if len(counting(submission, field.name)) >= rules.max_files:
            raise FileRefusedError("too_many")
        if stored.size > rules.max_bytes:
            raise FileRefusedError("too_large")
        return examine(lambda start, length: self._store.read(stored, start, length), stored.size, accept=rules.accept)

    def _scanned(self, upload: Upload, file: StoredFile) -> StoredFile | None:
        """Let the scanner decide about a kept object."""
        if self._scanner is None:  # the stack had one when the file came
            return self._recorded(upload, replace(file, state=FileState.KEPT), examined=file)
        verdict = self._scanner.scan(
            key=upload.kept_key, submission=upload.submission, field=upload.field, sha256=file.sha256
        )
        if verdict.clean:
            return self._recorded(upload, replace(file, state=FileState.KEPT), examined=file)
        refused = self._recorded(
            upload, replace(file, state=FileState.REFUSED, reason="scanner", sha256=""), examined=file
        )
        self._store.delete(upload.kept_key)
        return refused

    def _recorded(self, upload: Upload, file: StoredFile, *, examined: StoredFile | None = None) -> StoredFile | None:
        """Record a file with its submission, and return it; None, and nothing is left of it, if that was erased.

        examined: what a scanner's verdict is about. It says nothing about other bytes that were sent
        under the same key meanwhile.
        """
        left_out = False

        def with_file(before: Submission) -> tuple[Submission, str] | None:
            nonlocal left_out
            field = self._forms.get(before.form).field(file.field)
            left_out = before.status is Status.ERASED or _full(before, field, file)
            known = _known(before, upload)
            replaced = examined is not None and (known is None or known.sha256 != examined.sha256)
            if left_out or known == file or replaced:
                return None
            files = tuple(each for each in before.files if (each.field, each.id) != (file.field, file.id))
            return next_version(before, files=(*files, file)), _line(file)

        try:
            changed(self._repository, upload.submission, with_file, by=SYSTEM)
        except SubmissionNotFoundError:
            left_out = True
        if left_out:
            self._store.delete(upload.kept_key)
            return None
        return file


def _known(submission: Submission, upload: Upload) -> StoredFile | None:
    return next((file for file in submission.files if (file.field, file.id) == (upload.field, upload.id)), None)


def _full(submission: Submission, field: Field | None, file: StoredFile) -> bool:
    """Whether a submission has no room for a file that it doesn't have yet: two may arrive at the same time.

    Nor for one whose ID another question's file has, which only somebody who writes requests by hand sends.
    """
    if any(each.id == file.id and each.field != file.field for each in submission.files):
        return True
    others = tuple(each for each in submission.files if each.field == file.field and each.id != file.id)
    if file.state is FileState.REFUSED:
        return sum(each.state is FileState.REFUSED for each in others) >= MOST_REFUSED
    most = field.files.max_files if field is not None and field.files is not None else 0
    return sum(each.state is not FileState.REFUSED for each in others) >= most


def _line(file: StoredFile) -> str:
    """Return the history's line. It never has the file's name."""
    words = {FileState.CHECKING: "file received", FileState.KEPT: "file kept", FileState.REFUSED: "file refused"}
    reason = f" ({file.reason})" if file.reason else ""
    return f"{words[file.state]}: {file.field}{reason}"
