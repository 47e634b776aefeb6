"""Keys already seen in a file, with their rows, kept on disk so that memory stays the same for long files."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class SeenRows:
    """Remembers each key's first row while its context is open. It keeps digests, no personal data."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")  # an unnamed file, deleted when the process ends

    def __enter__(self) -> Self:
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def setdefault(self, key: str, row: int, /) -> int:
        """Return the key's first row; this row if the key is new."""
        digest = blake2b(key.encode(), digest_size=16).digest()
        new = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, row)).rowcount
        if new:
            return row
        ((first,),) = self._database.execute("SELECT line FROM seen WHERE key = ?", (digest,))
        return int(first)
