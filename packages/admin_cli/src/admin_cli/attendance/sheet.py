"""An attendance list as an Excel workbook that prints on A4, with its headings on every page."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.attendance.paper_list import PaperList

_A4 = 9
_TICK = "✓"
_NARROWEST, _WIDEST, _BOX = 8, 40, 14
_LONGEST_FACT = 100
_ROW_POINTS = 20
"""Room to tick by hand."""


def attendance_sheet(paper: PaperList) -> bytes:
    """Return the workbook. Texts are written as texts, so that none runs as a formula."""
    content = BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        book.set_properties({"title": f"{paper.kind}: {paper.title}"})
        sheet = book.add_worksheet(paper.kind[:31])
        bordered = {"border": 1, "valign": "vcenter"}
        text = book.add_format(bordered | {"text_wrap": True, "num_format": "@"})
        box = book.add_format(bordered | {"align": "center", "num_format": "@"})
        heading = book.add_format(bordered | {"bold": True, "text_wrap": True, "bg_color": "#E9EFF3"})
        for place, name in enumerate([*paper.headings, *paper.days]):
            sheet.write_string(0, place, name, heading)
        for row, line in enumerate(paper.lines, 1):
            for place, cell in enumerate(line.cells):
                sheet.write_string(row, place, cell, text)
            for place, time in enumerate(line.times, len(line.cells)):
                sheet.write_string(row, place, f"{_TICK} {time}" if time else "", box)
        for place, name in enumerate(paper.headings):
            sheet.set_column(place, place, _width([name, *(line.cells[place] for line in paper.lines)]))
        if paper.days:
            sheet.set_column(len(paper.headings), len(paper.headings) + len(paper.days) - 1, _BOX)
        sheet.set_default_row(_ROW_POINTS)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        sheet.freeze_panes(1, 1)
        sheet.set_portrait()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.set_margins(left=0.5, right=0.5, top=0.9, bottom=0.7)
        sheet.set_header("&L&14" + _in_header(paper.title) + "\n&10" + _in_header(" · ".join(paper.facts)))
        sheet.set_footer("&R&P / &N")
    return content.getvalue()


def _width(texts: Sequence[str]) -> int:
    longest = max(len(line) for text in texts for line in text.split("\n"))
    return min(_WIDEST, max(_NARROWEST, longest)) + 2


def _in_header(text: str) -> str:
    """Return a text for a page header, where & begins a code and a digit would join the font's size."""
    return " " + text[:_LONGEST_FACT].replace("&", "&&")
