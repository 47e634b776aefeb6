"""Files that are replaced in one step."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def replace_file(path: Path, content: str | bytes, *, mode: int | None = None) -> None:
    """Write a file so that a reader finds the old one or the whole new one. Makes the folder it belongs in.

    mode: the file's permissions; None for those that the umask gives any new file. Raises OSError; then the old file
    is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else mode)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content.encode() if isinstance(content, str) else content)
        if mode is not None:
            partial.chmod(mode)  # the umask may have taken from it
        partial.replace(path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def staff_package(shared: Path) -> Path:
    """Return where the zip of staff is: beside the shared one. infra/terraform/desk.tf says the same."""
    return shared.with_name(f"{shared.stem}-staff.zip")
