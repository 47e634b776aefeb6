"""Tables for a terminal: wide characters align, wide columns are cut or left out, rows may come one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from admin_cli.terminal.escape import plain
from admin_cli.terminal.values import for_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from admin_cli.terminal.values import Value

#: ANSI colours of the statuses (docs/statuses.md), so that you see at a glance what needs doing.
STATUS_STYLES = {
    "pending": "33",
    "confirmed": "32",
    "waitlisted": "36",
    "cancelled": "2",
    "spam": "31",
    "erased": "2",
}
BOLD = "1"

_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    narrowest: the fewest cells it may be cut to; None if it must stay whole. optional: whether it may be left out of a
    narrow table. status: whether its values get a colour. number: whether it is right-aligned.
    """

    header: str
    narrowest: int | None = None
    optional: bool = False
    status: bool = False
    number: bool = False


class Table:
    """A table, at most as wide as the terminal. sample: rows that set the columns' widths."""

    def __init__(
        self, columns: Sequence[Column], sample: Iterable[Sequence[Value]], *, coloured: bool, width: int
    ) -> None:
        from rich.cells import cell_len  # noqa: PLC0415 - a pipe needs no Rich

        self._columns = columns
        self._coloured = coloured
        cells = [_cells(row) for row in sample]
        natural = [
            max([cell_len(column.header), *(cell_len(row[index]) for row in cells)])
            for index, column in enumerate(columns)
        ]
        self._widths = _fit(columns, natural, width)
        self._width = width
        self._stacked = sum(self._widths.values()) + _GAP * (len(self._widths) - 1) > width
        self._begun = False

    def header(self) -> str:
        """Return the header line; empty if rows don't fit on one line, because then each cell is named."""
        if self._stacked:
            return ""
        return self._line([column.header for column in self._columns], dict.fromkeys(self._widths, BOLD))

    def row(self, row: Sequence[Value]) -> str:
        """Return a row, its data made harmless."""
        cells = _cells(row)
        if self._stacked:
            return self._block(cells)
        styles = {i: STATUS_STYLES.get(cells[i], "") for i in self._widths if self._columns[i].status}
        return self._line(cells, styles)

    def _block(self, cells: Sequence[str]) -> str:
        """Return a row with one line per cell, and an empty line between two rows."""
        from admin_cli.terminal.layout import pairs  # noqa: PLC0415 - a pipe needs no Rich

        between = "\n" if self._begun else ""
        self._begun = True
        named = [(self._columns[index].header, [cells[index]]) for index in self._widths if cells[index]]
        return between + "".join(f"{line}\n" for line in pairs(named, self._width))

    def _line(self, cells: Sequence[str], styles: dict[int, str]) -> str:
        from admin_cli.terminal.layout import cut, pad  # noqa: PLC0415 - a pipe needs no Rich

        drawn = []
        last = max(self._widths, default=None)
        for index, width in self._widths.items():
            text = cut(cells[index], width)
            filled = pad(text, width)
            room = filled[len(text) :]
            style = styles.get(index) if self._coloured else None
            shown = f"\x1b[{style}m{text}\x1b[0m" if style and text else text
            drawn.append(room + shown if self._columns[index].number else shown + (room if index != last else ""))
        return (" " * _GAP).join(drawn).rstrip() + "\n"


def styled(text: str, style: str, *, coloured: bool) -> str:
    """Return a text in a style if colour is on."""
    return f"\x1b[{style}m{text}\x1b[0m" if coloured else text


def _cells(row: Sequence[Value]) -> list[str]:
    return [plain(for_person(value)) for value in row]


def _fit(columns: Sequence[Column], natural: Sequence[int], width: int) -> dict[int, int]:
    """Choose the columns to show and how wide each is.

    Optional columns go first, from the right. Then the columns that may be cut share what is left. All others keep
    their width, so that a very narrow terminal wraps lines rather than lose a reference.
    """
    narrowest = [natural[i] if c.narrowest is None else min(natural[i], c.narrowest) for i, c in enumerate(columns)]
    shown = list(range(len(columns)))
    for index in reversed(range(len(columns))):
        if columns[index].optional and sum(narrowest[i] + _GAP for i in shown) - _GAP > width:
            shown.remove(index)
    room = width + _GAP - sum(narrowest[i] + _GAP for i in shown)
    widths = {}
    for index in shown:
        extra = max(0, min(room, natural[index] - narrowest[index]))
        widths[index] = narrowest[index] + extra
        room -= extra
    return widths
