"""A file of comma-separated values as spreadsheets save it: its encoding, its delimiter, and its real lines."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from admin_cli.errors import CliError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"
_SEP = "sep="
"""How a first line begins that tells Excel the delimiter."""
_SAVE_AS = 'In Excel: Save As, "CSV UTF-8 (Comma delimited)". Elsewhere: choose UTF-8 when saving.'


@dataclass(frozen=True, slots=True)
class Record:
    """One row. line: the file's line on which it begins, from 1; a quoted line break makes it span several."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class CsvFile:
    """What stands in a file. header: its first row. records: those that follow, without empty ones."""

    header: Record
    records: list[Record]


def read_csv(content: bytes, name: str) -> CsvFile:
    """Read a whole file.

    UTF-8 with or without a byte order mark; commas, semicolons or tabs, whichever the first row has most of. name: as
    sentences call it. Raises CliError, with the line, for what cannot be read.
    """
    text = _decoded(content, name)
    first, _, rest = text.partition("\n")
    skipped = 0
    delimiter = _delimiter(first)
    if first.lower().startswith(_SEP) and len(first.strip()) == len(_SEP) + 1:
        text, delimiter, skipped = rest, first.strip()[-1], 1
    records = list(_records(text, delimiter, name, skipped))
    if not records:
        raise CliError(f"{name} is empty.", hint="Its first row names the columns, by the form's fields or labels.")
    header, *more = records
    return CsvFile(header, more)


def column_letters(place: int) -> str:
    """Name a column as spreadsheets do. place: from 0."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _decoded(content: bytes, name: str) -> str:
    if content.startswith(_MARKS):
        raise CliError(f"{name} is in UTF-16; it has to be in UTF-8.", hint=_SAVE_AS)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise CliError(f"{name} is not in UTF-8: line {line} holds other bytes.", hint=_SAVE_AS) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise CliError(f"{name} is no text: line {line} holds a zero byte.", hint=_SAVE_AS)
    return text


def _delimiter(first: str) -> str:
    """Give the delimiter of which the first row has most; what stands in quotes does not count."""
    outside = "".join(first.split('"')[::2])
    return max(_DELIMITERS, key=outside.count)


def _records(text: str, delimiter: str, name: str, skipped: int) -> Iterator[Record]:
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a cell that is too long is the form's to refuse
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = skipped + reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise CliError(
                f"{name}, line {line}: this row cannot be read ({error}).",
                hint='A cell that holds a quote is written in quotes, and the quote twice: "a ""word""".',
            ) from error
        if cells is None:
            return
        if any(map(str.strip, cells)):
            yield Record(line, cells)
