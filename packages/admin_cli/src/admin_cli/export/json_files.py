"""JSON and JSON lines: the same names and values as `list --json` and `list --jsonl` print."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from admin_cli.terminal.escape import harmless, to_json_line
from registration_core.adapters.sheets.columns import DERIVED, FIXED
from registration_core.domain.records import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import BinaryIO

    from admin_cli.export.rows import Row
    from registration_core.adapters.sheets.columns import Column


#: The fields of a whole submission: all but those that come from its form and the waiting list.
WHOLE = tuple(name for name in FIELDS if name not in ("name", "rank"))


def write_jsonl(batches: Iterable[list[Row]], columns: Sequence[Column] | None, stream: BinaryIO) -> None:
    """Write one object per line. columns: None for whole submissions."""
    stream.writelines(line + b"\n" for line in _lines(batches, columns))


def write_json(batches: Iterable[list[Row]], columns: Sequence[Column] | None, stream: BinaryIO) -> None:
    """Write one array, with one object per line."""
    begin = b"[\n"
    for line in _lines(batches, columns):
        stream.write(begin + line)
        begin = b",\n"
    stream.write(b"[]\n" if begin == b"[\n" else b"\n]\n")


def whole(row: Row) -> dict[str, object]:
    """Return all fields of a submission, as `records.record` does."""
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
    if column.name in DERIVED:
        return column.value(row)
    if column.name in _FIXED:
        return _FIXED[column.name](row)
    return row.answers.get(column.name.removeprefix("answers."))
