"""Delimited files for spreadsheets: labels instead of values, and nothing that runs as a formula."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, NamedTuple, TextIO

from registration_core.adapters.sheets.columns import Kind
from registration_core.adapters.sheets.formulas import CALM, neutralised
from registration_core.domain.cells import JOINT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from registration_core.adapters.sheets.columns import Column
    from registration_core.adapters.sheets.rows import Row
    from registration_core.domain.values import Answer

#: Excel reads a file as UTF-8 if it begins with this.
BYTE_ORDER_MARK = "\ufeff"

CALM_TEXT = re.compile(CALM).fullmatch
_DASHED = re.compile(r"\d+-\d+(?: \d+)+", re.ASCII).fullmatch
"""Digits with a dash and a space: no program reads them as a number or a date."""
_MOST_JOINED = 10_000
_OURS = frozenset({"id", "reference", "form", "language", "form_version"})
"""Columns whose texts no visitor wrote."""
_SPLITS = re.compile(r'[,;\t\r\n"]').search
"""Characters at which some program ends a cell, whichever delimiter the file has."""


def write_csv(
    batches: Iterable[list[Row]],
    columns: Sequence[Column],
    stream: BinaryIO,
    *,
    words: Mapping[str, str],
    marked: bool,
    delimiter: str,
) -> None:
    """Write RFC 4180, or the same with another delimiter. words: the words of the language.

    marked: whether to begin with a byte order mark.
    """
    with text_on(stream) as out:
        if marked:
            out.write(BYTE_ORDER_MARK)
        for batch in lines(batches, columns, words, _CSV):
            out.write("\r\n".join([*map(delimiter.join, batch), ""]))


def cell(column: Column, words: Mapping[str, str]) -> Callable[[Answer | None], str]:
    """Return a function that writes a column's values as people read them, before formulas are neutralised."""
    labels = column.labels or {}
    yes, no = words["yes"], words["no"]
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
    return quoted(text) if _SPLITS(text) else text


def quoted(text: str) -> str:
    """Return a text in quotes, with its own doubled."""
    return '"' + text.replace('"', '""') + '"'


def lines(
    batches: Iterable[list[Row]], columns: Sequence[Column], words: Mapping[str, str], format_: CellFormat
) -> Iterator[Iterable[Sequence[str]]]:
    """Yield the headings, then the cells of a batch at a time: column by column, which is faster."""
    yield [[format_.cell(column.heading) for column in columns]]
    makers = [_maker(column, words, format_) for column in columns]
    for rows in batches:
        answers = [row.answers.get for row in rows]
        cells = [
            make(list(map(column.value, rows)) if column.answer is None else [get(column.answer) for get in answers])
            for column, make in zip(columns, makers, strict=True)
        ]
        yield zip(*cells, strict=True)


def _maker(column: Column, words: Mapping[str, str], format_: CellFormat) -> Callable[[list[Answer | None]], list[str]]:
    """Return a function that turns one column's values into cells."""
    maker = _Maker(column, words, format_)
    if column.in_words is not None:
        return maker.numbers
    if column.kind in (Kind.DATE, Kind.MOMENT) or column.name in _OURS:
        return maker.ours
    if column.kind is Kind.TEXT:
        return maker.choices if column.labels else maker.texts
    return {Kind.LIST: maker.several, Kind.YES_NO: maker.consents}.get(column.kind, maker.others)


class _Maker:
    """Turns the values of one column into cells; for most of them the type decides."""

    def __init__(self, column: Column, words: Mapping[str, str], format_: CellFormat) -> None:
        self._finish, self._calm = format_
        self._write = cell(column, words)
        self._yes, self._no = self._finish(words["yes"]), self._finish(words["no"])
        self._known = {value: self._finish(label) for value, label in (column.labels or {}).items()}
        self._joined: dict[tuple[str, ...], str] = {}

    def texts(self, values: list[Answer | None]) -> list[str]:
        """Make cells of what visitors wrote."""
        calm, one = self._calm, self._one
        return [
            "" if value is None else value if isinstance(value, str) and calm(value) else one(value) for value in values
        ]

    def ours(self, values: list[Answer | None]) -> list[str]:
        """Make cells of texts that no visitor wrote, and of dates."""
        return [value if isinstance(value, str) else self._one(value) for value in values]

    def consents(self, values: list[Answer | None]) -> list[str]:
        """Make cells of yes and no."""
        yes, no = self._yes, self._no
        return [yes if value is True else no if value is False else self._one(value) for value in values]

    def choices(self, values: list[Answer | None]) -> list[str]:
        """Make cells of options."""
        known, one = self._known, self._one
        return [
            "" if value is None else known[value] if isinstance(value, str) and value in known else one(value)
            for value in values
        ]

    def several(self, values: list[Answer | None]) -> list[str]:
        """Make cells of several options each."""
        return ["" if value is None else self._together(value) for value in values]

    def numbers(self, values: list[Answer | None]) -> list[str]:
        """Make cells of telephone numbers."""
        shown = ["" if value is None else self._write(value) for value in values]
        return [text if _DASHED(text) else self._finish(text) for text in shown]

    def others(self, values: list[Answer | None]) -> list[str]:
        """Make cells of anything else."""
        return ["" if value is None else self._one(value) for value in values]

    def _together(self, value: Answer) -> str:
        if not isinstance(value, list):
            return self._one(value)
        text = self._joined.get(tuple(value))
        if text is None:
            text = self._one(value)
            if len(self._joined) < _MOST_JOINED:
                self._joined[tuple(value)] = text
        return text

    def _one(self, value: Answer | None) -> str:
        if isinstance(value, bool):
            return self._yes if value else self._no
        if isinstance(value, (int, float)):
            return str(value)  # a negative number is one
        return self._finish(self._write(value)) if value is not None else ""


class CellFormat(NamedTuple):
    """How a text becomes a cell. calm: whether the text can be used as it is."""

    cell: Callable[[str], str]
    calm: Callable[[str], object]


_CSV = CellFormat(_csv_cell, CALM_TEXT)


def text_on(stream: BinaryIO) -> TextIO:
    """Return UTF-8 text on a binary stream, which stays open afterwards."""
    return _OpenText(stream, encoding="utf-8", newline="", errors="backslashreplace", write_through=False)


class _OpenText(io.TextIOWrapper):
    """Text on a binary stream that it leaves open."""

    def __exit__(self, *_: object) -> None:
        self.flush()
        self.detach()
