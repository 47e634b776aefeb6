"""Excel workbooks, to read and to print: real dates and numbers, filters, headings on every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from registration_core.adapters.sheets.columns import Kind
from registration_core.adapters.sheets.delimited import cell
from registration_core.adapters.sheets.errors import SheetLimitError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from registration_core.adapters.sheets.columns import Column
    from registration_core.adapters.sheets.rows import Row
    from registration_core.domain.values import Answer

#: The most rows in a sheet; the first one has the headings.
MOST_ROWS = 1_048_576
MOST_ENTRIES = MOST_ROWS - 1

#: The most characters in a cell.
MOST_LETTERS = 32_767

#: Excel's calendar begins in 1900, which it treats as a leap year.
_FIRST_DAY = date(1900, 3, 1)

#: Widths in characters. Texts wrap, and a column is as wide as most of its first cells need.
_WIDTHS = {Kind.DATE: 11, Kind.MOMENT: 19}
_NARROWEST, _WIDEST = 8, 40
_MEASURED = 200
_MOST_FIT = 0.9
_A4 = 9


def ensure_fits(entries: int) -> None:
    """Raise SheetLimitError if a sheet can't hold this many submissions."""
    if entries > MOST_ENTRIES:
        raise SheetLimitError(f"An Excel sheet holds at most {MOST_ENTRIES:,} submissions, and there are more.")


def write_xlsx(
    batches: Iterable[list[Row]], columns: Sequence[Column], stream: BinaryIO, *, words: Mapping[str, str], folder: Path
) -> None:
    """Write one sheet. folder: for temporary files. Raises SheetLimitError if a value or the sheet is too large."""
    import xlsxwriter  # noqa: PLC0415 - only for this format

    settings = {"constant_memory": True, "tmpdir": str(folder), "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(stream, settings) as book:
        book.set_properties({"comments": "Exported by Rollcall"})
        sheet = book.add_worksheet("Rollcall")
        top = {"valign": "top"}
        formats = _Formats(
            text=book.add_format(top | {"text_wrap": True, "num_format": "@"}),
            number=book.add_format(top),
            dated={
                Kind.DATE: book.add_format(top | {"num_format": "yyyy-mm-dd"}),
                Kind.MOMENT: book.add_format(top | {"num_format": "yyyy-mm-dd hh:mm:ss"}),
            },
        )
        heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column.heading, heading)
        writers = [_writer(sheet, place, column, formats, words) for place, column in enumerate(columns)]
        lengths: list[list[int]] = [[] for _ in columns]
        last = 0
        for last, row in enumerate(chain.from_iterable(batches), 1):
            ensure_fits(last)
            for measured, write in zip(lengths, writers, strict=True):
                length = write(last, row)
                if last <= _MEASURED:
                    measured.append(length)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _width(column, lengths[place]))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, max(0, len(columns) - 1))
        _lay_out(sheet)


@dataclass(frozen=True, slots=True)
class _Formats:
    """The cells' formats: all are aligned to the top, next to texts of several lines."""

    text: Any
    number: Any
    dated: Mapping[Kind, Any]


def _width(column: Column, lengths: Sequence[int]) -> float:
    """Return a column's width in characters: most cells fit, and the heading may take several lines."""
    usual = sorted(lengths)[int(len(lengths) * _MOST_FIT)] if lengths else 0
    longest_word = max(map(len, column.heading.split()), default=0)
    return _WIDTHS.get(column.kind, min(_WIDEST, max(_NARROWEST, usual, longest_word + 3))) + 1


def _lay_out(sheet: Any) -> None:  # noqa: ANN401 - XlsxWriter has no types
    """Print it on landscape A4, fitted to the page's width, with headings and page numbers."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C&P / &N")


def _writer(
    sheet: Any,  # noqa: ANN401 - XlsxWriter has no types
    place: int,
    column: Column,
    formats: _Formats,
    words: Mapping[str, str],
) -> Callable[[int, Row], int]:
    """Return a function that writes one column's cell of a submission, and returns its length."""
    in_words = cell(column, words)

    def write(line: int, row: Row) -> int:
        value = column.value(row)
        if value is None or value == "":
            return 0
        dated = _dated(column.kind, value)
        if dated is not None:
            sheet.write_datetime(line, place, dated, formats.dated[column.kind])
            return 0
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            sheet.write_number(line, place, value, formats.number)
            return len(str(value))
        text = in_words(value)
        if len(text) > MOST_LETTERS:
            raise SheetLimitError(
                f"{column.heading} of {row.id} has {len(text):,} characters; a cell holds at most {MOST_LETTERS:,}."
            )
        sheet.write_string(line, place, text, formats.text)
        return max(map(len, text.split("\n")))

    return write


def _dated(kind: Kind, value: Answer) -> date | datetime | None:
    """Return a date or time that Excel can show; None for everything else."""
    if not isinstance(value, str) or kind not in (Kind.DATE, Kind.MOMENT):
        return None
    try:
        if kind is Kind.MOMENT:
            return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day >= _FIRST_DAY else None
