"""Comma- and tab-separated files, for spreadsheets: words instead of codes, and nothing that runs as a formula."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, TextIO

from admin_cli.escape import tab_separated
from admin_cli.export.formulas import SUSPICIOUS, neutralised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from admin_cli.export.columns import Column
    from admin_cli.export.rows import Answer, Row

#: What joins several options in one cell: labels may have commas.
JOINT = "; "

#: Excel reads a file as UTF-8 when it begins so.
BYTE_ORDER_MARK = "\ufeff"


def write_csv(
    batches: Iterable[list[Row]], columns: Sequence[Column], stream: BinaryIO, *, said: Mapping[str, str], marked: bool
) -> None:
    """Write RFC 4180. said: yes and no in words. marked: whether to begin with a byte order mark."""
    with _text(stream) as out:
        if marked:
            out.write(BYTE_ORDER_MARK)
        csv.writer(out).writerows(_lines(batches, columns, said))


def write_tsv(
    batches: Iterable[list[Row]], columns: Sequence[Column], stream: BinaryIO, *, said: Mapping[str, str], marked: bool
) -> None:
    r"""Write lines of cells between tabs; a tab, a line's end or a backslash in a cell is written \t, \n, \\."""
    del marked  # no program of ours or others' looks for one there
    with _text(stream) as out:
        for cells in _lines(batches, columns, said):
            out.write("\t".join(map(tab_separated, cells)) + "\n")


def cell(column: Column, said: Mapping[str, str]) -> Callable[[Answer | None], str]:
    """Give what writes a column's values as people read them, before formulas are seen to."""
    labels = column.labels or {}
    yes, no = said["yes"], said["no"]

    def write(value: Answer | None) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return labels.get(value, value)
        if isinstance(value, bool):
            return yes if value else no
        if isinstance(value, list):
            return JOINT.join([labels.get(each, each) for each in value])
        return str(value)

    return write


def _lines(batches: Iterable[list[Row]], columns: Sequence[Column], said: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """Give the heading and then each entry's cells: a column of many entries at a time, which is what makes it fast."""
    yield [neutralised(column.heading) for column in columns]
    makers = [_maker(column, said) for column in columns]
    for rows in batches:
        answers = [row.answers.get for row in rows]
        cells = [
            make(list(map(column.value, rows)) if column.answer is None else [get(column.answer) for get in answers])
            for column, make in zip(columns, makers, strict=True)
        ]
        yield from zip(*cells, strict=True)


def _maker(column: Column, said: Mapping[str, str]) -> Callable[[list[Answer | None]], list[str]]:
    """Give what makes one column's cells of the values in it."""
    write = cell(column, said)
    known: dict[object, str] = {None: ""} | {
        value: neutralised(label) for value, label in (column.labels or {}).items()
    }

    def slow(value: Answer | None) -> str:
        text = write(value)
        return text if isinstance(value, (int, float)) else neutralised(text)  # a negative number is one

    def texts(values: list[Answer | None]) -> list[str]:
        return [value if isinstance(value, str) and value[:1] not in SUSPICIOUS else slow(value) for value in values]

    def choices(values: list[Answer | None]) -> list[str]:
        return [known[value] if not isinstance(value, list) and value in known else slow(value) for value in values]

    return texts if len(known) == 1 else choices


def _text(stream: BinaryIO) -> TextIO:
    return _Kept(stream, encoding="utf-8", newline="", errors="backslashreplace", write_through=False)


class _Kept(io.TextIOWrapper):
    """Text on a binary stream that stays open afterwards."""

    def __exit__(self, *_: object) -> None:
        self.flush()
        self.detach()
