"""TSV files: the cells of `sheets.delimited`, with escapes that a program can undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.terminal.escape import harmless, tab_separated
from registration_core.adapters.sheets.delimited import CALM_TEXT, CellFormat, lines, quoted, text_on
from registration_core.adapters.sheets.formulas import neutralised

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import BinaryIO

    from admin_cli.export.rows import Row
    from registration_core.adapters.sheets.columns import Column


def write_tsv(
    batches: Iterable[list[Row]], columns: Sequence[Column], stream: BinaryIO, *, words: Mapping[str, str]
) -> None:
    r"""Write one line per submission, with tabs between cells. In a cell, a tab, newline or backslash is \t, \n, \\.

    A cell that contains a quote is quoted, with the quote doubled.
    """
    with text_on(stream) as out:
        for batch in lines(batches, columns, words, _TSV):
            out.write("\n".join([*map("\t".join, batch), ""]))


def _tsv_cell(text: str) -> str:
    text = tab_separated(neutralised(text))
    return quoted(text) if '"' in text else text


_TSV = CellFormat(_tsv_cell, lambda text: CALM_TEXT(text) and harmless(text) and "\\" not in text)
