"""CSV files as spreadsheets save them: encoding, delimiter, rows and line numbers."""

from __future__ import annotations

import csv
import io
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from admin_cli.errors import CliError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t"
_SEP = "sep="
"""The start of a first line that sets Excel's delimiter. Spreadsheets don't show that line as a row."""
_SAVE_AS = 'In Excel: Save As, "CSV UTF-8 (Comma delimited)". Elsewhere: choose UTF-8 when saving.'
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Record:
    """One row. row: its number in a spreadsheet. line: the file's line on which it begins. Both count from 1.

    A quoted line break makes a row span several lines.
    """

    row: int
    line: int
    cells: list[str]


class CsvFile:
    """A file that can be read again and again, a row at a time. name: its name in messages.

    UTF-8 with or without a byte order mark, or UTF-16 with one. The delimiter is the comma, semicolon or tab that
    gives the first row the most headings. Raises CliError, with the line, if it can't be read.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream = stream
        self._name = name
        stream.seek(0)
        self._encoding = "utf-16" if stream.read(2) in _UTF_16 else "utf-8-sig"
        first = next(self._lines(), "")
        self._told = first.lower().startswith(_SEP) and len(first.strip()) == len(_SEP) + 1
        self._delimiters = first.strip()[-1] if self._told else _DELIMITERS
        self.divide(len)

    def divide(self, count_headings: Callable[[Sequence[str]], int]) -> None:
        """Take the delimiter that makes the best headings of the first row, unless the file names its own.

        count_headings: returns how many cells of a first row are headings; on a tie, the row with more cells wins.
        Raises CliError if no delimiter makes sense of the first row.
        """
        headers: dict[str, Record] = {}
        unreadable: CliError | None = None
        for delimiter in self._delimiters:
            self.delimiter = delimiter
            try:
                header = next(self._rows(), None)
            except CliError as error:
                unreadable = unreadable or error
                continue
            if header is not None:
                headers[delimiter] = header
        if not headers:
            raise unreadable or CliError(
                f"{self._name} is empty.", hint="The first row must name the columns, by the form's fields or labels."
            )
        self.delimiter = max(headers, key=lambda each: (count_headings(headers[each].cells), len(headers[each].cells)))
        self.header = headers[self.delimiter]

    def records(self) -> Iterator[Record]:
        """Yield the rows below the header, without empty ones."""
        rows = self._rows()
        next(rows)
        return rows

    def _rows(self) -> Iterator[Record]:
        csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # the form refuses a cell that is too long
        lines = self._lines()
        skipped = 1 if self._told else 0
        if self._told:
            next(lines)
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        row = 0
        while True:
            line = skipped + reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                raise CliError(
                    f"{self._name}, line {line}: this row cannot be read ({error}).",
                    hint='Put a cell that contains a quote in quotes, and double the quote: "a ""word""".',
                ) from error
            if cells is None:
                return
            row += 1
            if any(map(str.strip, cells)):
                yield Record(row, line, cells)

    def _lines(self) -> Iterator[str]:
        """Yield the file's lines with their line ends. Raises CliError if the file isn't text."""
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, encoding=self._encoding, newline="")
        try:
            for number, line in enumerate(text, 1):
                if "\0" in line:
                    raise CliError(
                        f"{self._name} is not a text file: line {number} contains a zero byte.", hint=_SAVE_AS
                    )
                yield line
        except UnicodeError as error:
            raise self._not_text() from error
        finally:
            if not text.closed:  # a reader that has stopped may show only when the file is closed
                text.detach()

    def _not_text(self) -> CliError:
        """Return the error for a line that isn't in the file's encoding."""
        if self._encoding == "utf-16":
            return CliError(f"{self._name} begins as UTF-16, but is not valid UTF-16.", hint=_SAVE_AS)
        self._stream.seek(0)
        number = 1
        while line := self._stream.readline(_LONGEST_LINE):
            try:
                line.decode()
            except UnicodeDecodeError as error:
                if error.end < len(line) or line.endswith(b"\n"):
                    break
            number += line.endswith(b"\n")
        return CliError(f"{self._name} is not UTF-8: line {number} contains other bytes.", hint=_SAVE_AS)


def column_letters(place: int) -> str:
    """Return a column's letters in a spreadsheet. place: from 0."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
