"""Where an export is written: a file that appears when it is complete, or a stream."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode, OutputClosedError
from admin_cli.export.spool import folder_for
from admin_cli.terminal.escape import plain

if TYPE_CHECKING:
    from typing import BinaryIO

    from admin_cli.terminal.output import Output

STDOUT = "-"


@dataclass(frozen=True, slots=True)
class Target:
    """One target. path: of the file; None for stdout. streams: whether it is a pipe or device, not a file to replace.

    folder: where the spool is; an export to a stream can't be resumed.
    """

    path: Path | None
    streams: bool
    folder: Path

    @property
    def name(self) -> str:
        """Its name in messages."""
        return "stdout" if self.path is None else str(self.path)

    @property
    def exists(self) -> bool:
        """Whether a file exists that would be replaced."""
        return not self.streams and self.path is not None and self.path.exists()

    def put(self, made: Path, output: Output, *, replaces: bool) -> None:
        """Put the finished file in its place. Raises CliError, OutputClosedError, OSError."""
        if self.path is None:
            with made.open("rb") as source:
                _print(source, output)
        elif self.streams:
            with made.open("rb") as source:
                _pour(source, self.path)
        else:
            _place(made, self.path, replaces=replaces)


def read_target(file: str) -> Target:
    """Read the target from the command line. Raises CliError if nothing can be written there."""
    if file == STDOUT:
        return Target(None, streams=True, folder=_scratch())
    path = Path(file)
    if path.is_symlink():
        path = path.resolve()
    if path.is_dir():
        raise CliError(
            f"{file} is a folder.", hint=f"Name a file in it: {path / 'registrations.csv'}", exit_code=ExitCode.USAGE
        )
    if path.exists() and not path.is_file():
        return Target(path, streams=True, folder=_scratch())
    return Target(path, streams=False, folder=folder_for(path))


def _scratch() -> Path:
    """Return a path for a new private folder."""
    return Path(tempfile.gettempdir()) / f"rollcall-export-{os.getpid()}-{os.urandom(4).hex()}"


def _print(source: BinaryIO, output: Output) -> None:
    """Write to stdout; on a terminal without control characters."""
    for line in source:
        if output.on_terminal:
            output.line(plain(line.decode().rstrip("\r\n")))
        else:
            output.data(line)


def _pour(source: BinaryIO, path: Path) -> None:
    """Write into a pipe or a device."""
    try:
        with path.open("wb") as out:
            for line in source:
                out.write(line)
    except BrokenPipeError as error:
        raise OutputClosedError from error
    except OSError as error:
        raise CliError(f"{path} could not be written: {error.strerror}.") from error


def _place(made: Path, path: Path, *, replaces: bool) -> None:
    """Give the file its name in one step, and the permissions of the file that it replaces."""
    if replaces and path.exists():
        made.chmod(path.stat().st_mode & 0o777)
        made.replace(path)
        return
    try:
        os.link(made, path)
    except FileExistsError as error:
        raise CliError(f"{path} exists now.", hint="To replace it, continue with --resume --force.") from error
    except OSError:  # a file system without links
        made.replace(path)
