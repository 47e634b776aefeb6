"""Tables for a terminal, drawn by Rich: wide characters align, and what does not fit is cut or left out."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from admin_cli.escape import plain
from admin_cli.values import for_person

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from admin_cli.values import Value

#: The statuses (docs/statuses.md), so that a glance finds what needs doing.
STATUS_STYLES = {
    "pending": "yellow",
    "confirmed": "green",
    "waitlisted": "cyan",
    "cancelled": "dim",
    "spam": "red",
    "erased": "dim",
}

_GAP = 2


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    narrowest: how many cells it may be cut down to; None when cutting would make it useless.
    optional: whether it is left out when the terminal has no room for it. status: whether its values get a colour.
    """

    header: str
    narrowest: int | None = None
    optional: bool = False
    status: bool = False


def render(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    *,
    coloured: bool,
    width: int,
) -> str:
    """Draw a table as wide as the terminal at most. Data is shown as it is: Rich's markup has no meaning in it."""
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs Rich
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(
        file=io.StringIO(),
        force_terminal=coloured,
        color_system="standard" if coloured else None,
        highlight=False,
        emoji=False,
        markup=False,
        width=max(width, 1000),  # the columns' own widths decide
    )
    cells = [[plain(for_person(value)) for value in row] for row in rows]
    natural = [_natural_width(column.header, [row[index] for row in cells]) for index, column in enumerate(columns)]
    widths = _fit(columns, natural, width)
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
    for index, cut_to in widths.items():
        table.add_column(columns[index].header, no_wrap=True, overflow="ellipsis", width=cut_to)
    for row in cells:
        table.add_row(*(Text(row[i], STATUS_STYLES.get(row[i], "") if columns[i].status else "") for i in widths))
    with console.capture() as capture:
        console.print(table, crop=False, overflow="ignore", no_wrap=True)
    return "".join(line.rstrip() + "\n" for line in capture.get().splitlines())


def _natural_width(header: str, cells: Iterable[str]) -> int:
    from rich.cells import cell_len  # noqa: PLC0415 - only a terminal needs Rich

    return max([cell_len(header), *(cell_len(cell) for cell in cells)])


def _fit(columns: Sequence[Column], natural: Sequence[int], width: int) -> dict[int, int]:
    """Choose the columns to show and how wide each is.

    What can be left out goes first, from the right; then what can be cut shares the room that is left. Columns that
    can be neither keep their width, so that a very narrow terminal wraps lines rather than lose a reference.
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
