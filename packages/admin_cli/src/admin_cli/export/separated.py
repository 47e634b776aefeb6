"""Comma- and tab-separated files, for spreadsheets: words instead of codes, and nothing that runs as a formula."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, NamedTuple, TextIO

from admin_cli.escape import harmless, tab_separated
from admin_cli.export.formulas import CALM, neutralised
from registration_core.domain.cells import JOINT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from admin_cli.export.columns import Column
    from admin_cli.export.rows import Answer, Row

#: Excel reads a file as UTF-8 when it begins so.
BYTE_ORDER_MARK = "\ufeff"

_CALM = re.compile(CALM).fullmatch
_SPLITS = re.compile(r'[,;\t\r\n"]').search
"""What some program takes for the end of a cell, whichever delimiter the file has."""


def write_csv(
    batches: Iterable[list[Row]],
    columns: Sequence[Column],
    stream: BinaryIO,
    *,
    said: Mapping[str, str],
    marked: bool,
    delimiter: str,
) -> None:
    """Write RFC 4180, or the same with another delimiter. said: the words of the language.

    marked: whether to begin with a byte order mark.
    """
    with _text(stream) as out:
        if marked:
            out.write(BYTE_ORDER_MARK)
        out.writelines(f"{delimiter.join(cells)}\r\n" for cells in _lines(batches, columns, said, _CSV))


def write_tsv(
    batches: Iterable[list[Row]], columns: Sequence[Column], stream: BinaryIO, *, said: Mapping[str, str]
) -> None:
    r"""Write a line an entry, cells between tabs; a tab, a line's end or a backslash in a cell is written \t, \n, \\.

    A cell that holds a quote stands in quotes, and the quote twice.
    """
    with _text(stream) as out:
        out.writelines("\t".join(cells) + "\n" for cells in _lines(batches, columns, said, _TSV))


def cell(column: Column, said: Mapping[str, str]) -> Callable[[Answer | None], str]:
    """Give what writes a column's values as people read them, before formulas are seen to."""
    labels = column.labels or {}
    yes, no = said["yes"], said["no"]
    in_words = column.in_words

    def write(value: Answer | None) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return labels.get(value, value) if in_words is None else in_words(value)
        if isinstance(value, bool):
            return yes if value else no
        if isinstance(value, list):
            return JOINT.join([labels.get(each, each) for each in value])
        return str(value)

    return write


def _csv_cell(text: str) -> str:
    text = neutralised(text)
    return _quoted(text) if _SPLITS(text) else text


def _tsv_cell(text: str) -> str:
    text = tab_separated(neutralised(text))
    return _quoted(text) if '"' in text else text


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _lines(
    batches: Iterable[list[Row]], columns: Sequence[Column], said: Mapping[str, str], format_: _Format
) -> Iterator[Sequence[str]]:
    """Give the heading and then each entry's cells: a column of many entries at a time, which is what makes it fast."""
    yield [format_.cell(column.heading) for column in columns]
    makers = [_maker(column, said, format_) for column in columns]
    for rows in batches:
        answers = [row.answers.get for row in rows]
        cells = [
            make(list(map(column.value, rows)) if column.answer is None else [get(column.answer) for get in answers])
            for column, make in zip(columns, makers, strict=True)
        ]
        yield from zip(*cells, strict=True)


def _maker(column: Column, said: Mapping[str, str], format_: _Format) -> Callable[[list[Answer | None]], list[str]]:
    """Give what makes one column's cells of the values in it."""
    write = cell(column, said)
    finish, calm = format_
    known: dict[object, str] = {None: ""} | {value: finish(label) for value, label in (column.labels or {}).items()}

    def slow(value: Answer | None) -> str:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)  # a negative number is one
        return finish(write(value))

    def texts(values: list[Answer | None]) -> list[str]:
        return [value if isinstance(value, str) and calm(value) else slow(value) for value in values]

    def choices(values: list[Answer | None]) -> list[str]:
        return [known[value] if not isinstance(value, list) and value in known else slow(value) for value in values]

    def words(values: list[Answer | None]) -> list[str]:
        return [slow(value) for value in values]

    if column.in_words is not None:
        return words
    return texts if len(known) == 1 else choices


class _Format(NamedTuple):
    """How a text becomes a cell. calm: whether it is one already."""

    cell: Callable[[str], str]
    calm: Callable[[str], object]


_CSV = _Format(_csv_cell, _CALM)
_TSV = _Format(_tsv_cell, lambda text: _CALM(text) and harmless(text) and "\\" not in text)


def _text(stream: BinaryIO) -> TextIO:
    return _Kept(stream, encoding="utf-8", newline="", errors="backslashreplace", write_through=False)


class _Kept(io.TextIOWrapper):
    """Text on a binary stream that stays open afterwards."""

    def __exit__(self, *_: object) -> None:
        self.flush()
        self.detach()
