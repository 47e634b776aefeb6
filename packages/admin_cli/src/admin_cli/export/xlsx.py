"""Excel workbooks: real dates and numbers, a heading that stays in sight, filters; written row by row."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from admin_cli.errors import CliError, ExitCode
from admin_cli.export.columns import Kind
from admin_cli.export.separated import cell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from admin_cli.export.columns import Column
    from admin_cli.export.rows import Answer, Row

#: A sheet's rows; the first one holds the headings.
MOST_ROWS = 1_048_576
MOST_ENTRIES = MOST_ROWS - 1

#: What one cell takes.
MOST_LETTERS = 32_767

#: Excel's calendar begins in 1900, and takes that for a leap year.
_FIRST_DAY = date(1900, 3, 1)

_WIDTHS = {Kind.DATE: 11, Kind.MOMENT: 19, Kind.WHOLE: 10, Kind.NUMBER: 10, Kind.YES_NO: 10}
_USUAL_WIDTH = 22


def ensure_fits(entries: int) -> None:
    """Raise CliError when a sheet cannot hold so many entries."""
    if entries > MOST_ENTRIES:
        raise CliError(
            f"An Excel sheet holds {MOST_ENTRIES:,} submissions at most, and there are more.",
            hint="Write CSV instead (--format csv), or fewer of them (--since, --until, --status).",
            exit_code=ExitCode.USAGE,
        )


def write_xlsx(
    batches: Iterable[list[Row]], columns: Sequence[Column], stream: BinaryIO, *, said: Mapping[str, str], folder: Path
) -> None:
    """Write one sheet. folder: where it may keep what does not fit in memory. Raises CliError when it does not fit."""
    import xlsxwriter  # noqa: PLC0415 - only for this format

    settings = {"constant_memory": True, "tmpdir": str(folder), "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(stream, settings) as book:
        book.set_properties({"comments": "Exported by Rollcall"})
        sheet = book.add_worksheet("Rollcall")
        formats = {
            Kind.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
            Kind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for place, column in enumerate(columns):
            sheet.set_column(place, place, _WIDTHS.get(column.kind, _USUAL_WIDTH))
            sheet.write_string(0, place, column.heading, book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        writers = [_writer(sheet, place, column, formats, said) for place, column in enumerate(columns)]
        last = 0
        for last, row in enumerate(chain.from_iterable(batches), 1):
            ensure_fits(last)
            for write in writers:
                write(last, row)
        sheet.autofilter(0, 0, last, max(0, len(columns) - 1))


def _writer(
    sheet: Any,  # noqa: ANN401 - XlsxWriter has no types
    place: int,
    column: Column,
    formats: Mapping[Kind, Any],
    said: Mapping[str, str],
) -> Callable[[int, Row], None]:
    """Give what writes one column's cell of an entry."""
    in_words = cell(column, said)

    def write(line: int, row: Row) -> None:
        value = column.value(row)
        if value is None or value == "":
            return
        dated = _dated(column.kind, value)
        if dated is not None:
            sheet.write_datetime(line, place, dated, formats[column.kind])
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            sheet.write_number(line, place, value)
        else:
            text = in_words(value)
            if len(text) > MOST_LETTERS:
                raise CliError(
                    f"{column.heading} of {row.id} has {len(text):,} characters; a cell holds {MOST_LETTERS:,}.",
                    hint="Write CSV instead (--format csv).",
                )
            sheet.write_string(line, place, text)

    return write


def _dated(kind: Kind, value: Answer) -> date | datetime | None:
    """Give a day or moment that Excel knows; None for everything else."""
    if not isinstance(value, str) or kind not in (Kind.DATE, Kind.MOMENT):
        return None
    try:
        if kind is Kind.MOMENT:
            return datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if day >= _FIRST_DAY else None
