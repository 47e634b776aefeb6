"""File values: a submission's files as an attribute of its item."""

from __future__ import annotations

from datetime import datetime

from registration_core.domain.files import FileState, StoredFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any


def file_attributes(files: Iterable[StoredFile]) -> list[dict[str, object]]:
    """Return the attribute, without what isn't set."""
    return [
        {
            "id": file.id,
            "field": file.field,
            "name": file.name,
            "size": file.size,
            "state": file.state.value,
            "at": file.at.isoformat(timespec="milliseconds"),
            **{key: value for key in ("kind", "sha256", "reason") if (value := getattr(file, key))},
        }
        for file in files
    ]


def read_files(attribute: Iterable[Mapping[str, Any]]) -> tuple[StoredFile, ...]:
    """Return the files of an attribute."""
    return tuple(
        StoredFile(
            id=file["id"],
            field=file["field"],
            name=file["name"],
            size=int(file["size"]),
            state=FileState(file["state"]),
            at=datetime.fromisoformat(file["at"]),
            kind=file.get("kind", ""),
            sha256=file.get("sha256", ""),
            reason=file.get("reason", ""),
        )
        for file in attribute
    )
