"""JSON and JSON lines: the same names and values as `list --json` and `list --jsonl` print."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from admin_cli.export.columns import FIXED, TOLD
from admin_cli.submissions.records import FIELDS
from admin_cli.terminal.escape import harmless, to_json_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from admin_cli.export.columns import Column
    from admin_cli.export.rows import Row


#: What a whole entry holds here: what others than itself tell of it, an entry does not hold.
WHOLE = tuple(name for name in FIELDS if name not in ("name", "rank"))


def write_jsonl(batches: Iterable[list[Row]], columns: Sequence[Column] | None, stream: BinaryIO) -> None:
    """Write an object a line. columns: None for whole entries."""
    stream.writelines(line + b"\n" for line in _lines(batches, columns))


def write_json(batches: Iterable[list[Row]], columns: Sequence[Column] | None, stream: BinaryIO) -> None:
    """Write one array, an object a line."""
    begin = b"[\n"
    for line in _lines(batches, columns):
        stream.write(begin + line)
        begin = b",\n"
    stream.write(b"[]\n" if begin == b"[\n" else b"\n]\n")


def whole(row: Row) -> dict[str, object]:
    """Give everything that an entry holds: what `records.record` gives of its submission."""
    return {name: dict(row.answers) if name == "answers" else _FIXED[name](row) for name in WHOLE}


_FIXED: dict[str, Callable[[Row], object]] = {name: value for name, (_, value) in FIXED.items()} | {
    "email": lambda row: row.email
}


def _lines(batches: Iterable[list[Row]], columns: Sequence[Column] | None) -> Iterator[bytes]:
    for row in chain.from_iterable(batches):
        values = whole(row) if columns is None else {column.name: _stored(column, row) for column in columns}
        line = msgspec.json.encode(values)
        yield line if harmless(line.decode()) else to_json_line(values).encode()


def _stored(column: Column, row: Row) -> object:
    if column.name in TOLD:
        return column.value(row)
    if column.name in _FIXED:
        return _FIXED[column.name](row)
    return row.answers.get(column.name.removeprefix("answers."))
