"""Files that are written whole or not at all, and replace another only with permission."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.errors import CliError, DeclinedError, ExitCode
from rollcall_build.files import replace_file

if TYPE_CHECKING:
    from pathlib import Path

    from admin_cli.services import Services


def ensure_writable(services: Services, path: Path, *, force: bool) -> None:
    """Check that a file may be written, before any work is done for it. Raises CliError.

    If the file exists, it asks on a terminal, unless forced.
    """
    if path.is_dir():
        raise CliError(f"{path} is a folder: name a file in it.", exit_code=ExitCode.USAGE)
    if not path.parent.is_dir():
        raise CliError(f"There is no folder {path.parent}.", exit_code=ExitCode.USAGE)
    if force or not path.exists():
        return
    from admin_cli.confirmation import can_ask, says_yes  # noqa: PLC0415 - only where a file is in the way

    if not can_ask(services):
        raise CliError(f"{path} already exists.", hint="Add --force to replace it.", exit_code=ExitCode.USAGE)
    if not says_yes(services, f"{path} already exists. Replace it?"):
        raise DeclinedError("Nothing was written.")


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step: there is always either the old one or the whole new one. Raises CliError."""
    try:
        replace_file(path, content)
    except OSError as error:
        raise CliError(f"{path} could not be written: {error.strerror or error}.") from error
