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
    rows: Iterable[Row], columns: Sequence[Column], stream: BinaryIO, *, said: Mapping[str, str], marked: bool
) -> None:
    """Write RFC 4180. said: yes and no in words. marked: whether to begin with a byte order mark."""
    with _text(stream) as out:
        if marked:
            out.write(BYTE_ORDER_MARK)
        csv.writer(out).writerows(_lines(rows, columns, said))


def write_tsv(
    rows: Iterable[Row], columns: Sequence[Column], stream: BinaryIO, *, said: Mapping[str, str], marked: bool
) -> None:
    r"""Write lines of cells between tabs; a tab, a line's end or a backslash in a cell is written \t, \n, \\."""
    del marked  # no program of ours or others' looks for one there
    with _text(stream) as out:
        for cells in _lines(rows, columns, said):
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


def _lines(rows: Iterable[Row], columns: Sequence[Column], said: Mapping[str, str]) -> Iterator[list[str]]:
    yield [neutralised(column.heading) for column in columns]
    writers = [(column.value, cell(column, said), column.kind) for column in columns]
    for row in rows:
        cells = []
        for value_of, write, _ in writers:
            value = value_of(row)
            text = write(value)
            if text[:1] in SUSPICIOUS and not isinstance(value, (int, float)):  # a negative number is one
                text = neutralised(text)
            cells.append(text)
        yield cells


def _text(stream: BinaryIO) -> TextIO:
    return _Kept(stream, encoding="utf-8", newline="", errors="backslashreplace", write_through=False)


class _Kept(io.TextIOWrapper):
    """Text on a binary stream that stays open afterwards."""

    def __exit__(self, *_: object) -> None:
        self.flush()
        self.detach()
