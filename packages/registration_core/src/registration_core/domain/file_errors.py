"""Errors about files that registrants sent."""

from __future__ import annotations

from registration_core.domain.errors import RollcallError, StorageUnavailableError


class FilesUnavailableError(StorageUnavailableError):
    """The files' bucket or the scanner didn't answer as it should. Trying again may help."""


class UnknownFileError(RollcallError):
    """A submission has no such file."""

    code = "not_found"

    def __init__(self, file: str) -> None:
        super().__init__(f'The submission has no file "{file[:40]}".')


class FileNotReadyError(RollcallError):
    """A file can't be downloaded: it was refused, or hasn't been checked."""

    code = "file_not_ready"


class NoFilesError(RollcallError):
    """The stack accepts no files."""

    code = "no_files"

    def __init__(self) -> None:
        super().__init__("The stack accepts no files.")
