"""File links: lets staff download a file for some minutes, if it is safe to have."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta

from registration_core.domain.file_errors import FileNotReadyError, UnknownFileError
from registration_core.domain.file_kinds import REASONS
from registration_core.domain.files import FileState, kept_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from registration_core.domain.files import StoredFile
    from registration_core.domain.ports import Clock
    from registration_core.domain.submission import Submission

LINK_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class FileLink:
    """Where a file can be downloaded until then. filename: what it is saved as."""

    url: str
    filename: str
    expires_at: datetime


class LinkSigner(ABC):
    """Signs links to objects of the bucket."""

    @abstractmethod
    def link(self, key: str, *, filename: str, lasts_s: int) -> str:
        """Return a link that downloads an object under this name, and never shows it."""


class FileLinks(ABC):
    """Links to the files of submissions."""

    @abstractmethod
    def of(self, submission: Submission, file: str, *, unchecked: bool = False) -> FileLink:
        """Return a link to a file. unchecked: also to one whose check failed.

        Raises UnknownFileError, FileNotReadyError, FilesUnavailableError.
        """


class SignedFileLinks(FileLinks):
    """Links that are signed here."""

    def __init__(self, signer: LinkSigner, *, clock: Clock) -> None:
        self._signer = signer
        self._clock = clock

    def of(self, submission: Submission, file: str, *, unchecked: bool = False) -> FileLink:
        """Return a link to a file."""
        now = self._clock.now()
        stored = next((each for each in submission.files if each.id == file), None)
        if stored is None:
            raise UnknownFileError(file)
        ensure_ready(stored, now, unchecked=unchecked)
        key = kept_key(submission.id, stored.field, stored.id)
        url = self._signer.link(key, filename=stored.name, lasts_s=int(LINK_LASTS.total_seconds()))
        return FileLink(url, stored.name, now.replace(microsecond=0) + LINK_LASTS)


def ensure_ready(file: StoredFile, now: datetime, *, unchecked: bool) -> None:
    """Raise FileNotReadyError unless a file may be downloaded. unchecked: also if its check failed."""
    if file.state is FileState.REFUSED:
        raise FileNotReadyError(f"{file.name} was refused and deleted: {REASONS.get(file.reason, file.reason)}.")
    if file.state is FileState.CHECKING and not (unchecked and file.unchecked(now)):
        checking = "could not be checked for viruses" if file.unchecked(now) else "is being checked for viruses"
        raise FileNotReadyError(f"{file.name} {checking}.")
