"""A part of a spool: the submissions of one range as lines of JSON, with marks that say how far it has been read.

A page's lines and the mark after them are written together. A crash or a full disk may leave lines after the last
complete mark: they are dropped, and read again.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import re
from typing import TYPE_CHECKING, Self

import msgspec

from admin_cli.export.rows import Row, read_rows, to_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from admin_cli.export.rows import Key

_MARK_BEGINS = ord("{")  # a row is an array
_MARK_LINE = re.compile(rb"^\{.*\n", re.MULTILINE)
_AT_ONCE = 1 << 19


class Mark(msgspec.Struct, frozen=True):
    """How far a part has been read.

    key: where its next page begins. ended: whether there is none. rows: how many submissions it has stored. read: how
    many it has read. answers: the names of all answers in it.
    """

    key: dict[str, dict[str, str]] | None = None
    ended: bool = False
    rows: int = 0
    read: int = 0
    answers: tuple[str, ...] = ()

    def after(self, rows: Sequence[Row], *, read: int, key: Key) -> Mark:
        """Return the mark after one more page."""
        answers = set(self.answers).union(*(row.answers for row in rows))
        return Mark(key, key is None, self.rows + len(rows), self.read + read, tuple(sorted(answers)))


NOTHING = Mark()
_MARK = msgspec.json.Decoder(Mark)


class PartWriter:
    """Appends pages to one part while it is entered. Raises OSError if they can't be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def __enter__(self) -> Self:
        self._descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._descriptor)

    def append(self, rows: list[Row], mark: Mark) -> int:
        """Write a page and the mark after it; return the number of bytes."""
        content = to_lines(rows) + msgspec.json.encode(mark) + b"\n"
        left = memoryview(content)
        while left:
            left = left[os.write(self._descriptor, left) :]
        return len(content)


def recover(path: Path) -> Mark:
    """Drop what was not written completely; return the last mark. A part without a file was never begun."""
    try:
        with path.open("r+b") as file:
            mark, end = _last_mark(file.fileno(), os.fstat(file.fileno()).st_size)
            file.truncate(end)
            return mark
    except FileNotFoundError:
        return NOTHING


def rows_of(path: Path) -> Iterator[list[Row]]:
    """Yield a part's submissions in order, in batches. A part without a file has none."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        while lines := b"".join(file.readlines(_AT_ONCE)):
            if rows := read_rows(_MARK_LINE.sub(b"", lines)):
                yield rows


def _last_mark(descriptor: int, size: int) -> tuple[Mark, int]:
    """Find the last complete mark, and where to write the next page."""
    if size == 0:
        return NOTHING, 0
    with mmap.mmap(descriptor, size, access=mmap.ACCESS_READ) as content:
        end = size
        while (end := content.rfind(b"\n", 0, end)) != -1:
            begin = content.rfind(b"\n", 0, end) + 1
            if content[begin] == _MARK_BEGINS:
                with contextlib.suppress(msgspec.DecodeError):
                    return _MARK.decode(content[begin:end]), end + 1
    return NOTHING, 0
