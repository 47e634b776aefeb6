"""What stood in which row of a file, kept on the disk, so that a long file needs no more memory than a short one."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType


class SeenRows:
    """Remembers in which row a key first stood, while it is entered. It keeps digests, no personal data."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("")  # a nameless file that goes with the process

    def __enter__(self) -> Self:
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE seen (key BLOB PRIMARY KEY, line INTEGER) WITHOUT ROWID")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def setdefault(self, key: str, row: int, /) -> int:
        """Return the row that was noted for this key, and note this one if there was none."""
        digest = blake2b(key.encode(), digest_size=16).digest()
        new = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (digest, row)).rowcount
        if new:
            return row
        ((first,),) = self._database.execute("SELECT line FROM seen WHERE key = ?", (digest,))
        return int(first)
