"""Text layout in terminal cells: wide characters count as two, combining marks as none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len, chop_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_GAP = 2
_NARROWEST_NAME = 12
_NARROWEST_VALUE = 30  # an ID stays whole, so that it can be copied
_INDENT = 2


def wrap(text: str, width: int) -> list[str]:
    """Break a line between words, and a word that is longer than the line between letters.

    A link stays whole: the terminal wraps it, and it can still be opened and copied.
    """
    if cell_len(text) <= width:
        return [text]
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if cell_len(longer) <= width:
            line = longer
            continue
        lines += [line] if line else []
        *whole, line = [word] if "://" in word else chop_cells(word, width) or [word]
        lines += whole
    return [*lines, line]


def cut(text: str, width: int) -> str:
    """Shorten a text to this many cells, with an ellipsis if something is cut."""
    if cell_len(text) <= width:
        return text
    return (chop_cells(text, width - 1) or [""])[0] + "…" if width > 1 else "…"[:width]


def pad(text: str, width: int) -> str:
    """Pad a text with spaces to this many cells."""
    return text + " " * (width - cell_len(text))


def pairs(named: Sequence[tuple[str, Sequence[str]]], width: int) -> Iterator[str]:
    """Yield the lines of names with their values, side by side if there is room.

    named: each name with the lines of its value.
    """
    longest = max((cell_len(name) for name, _ in named), default=0)
    widest = max((cell_len(line) for _, values in named for line in values), default=0)
    beside = min(longest, max(width // 3, _NARROWEST_NAME, width - _GAP - widest))
    room = width - beside - _GAP
    if room < min(_NARROWEST_VALUE, widest, width):
        yield from _stacked(named, width)
        return
    for name, values in named:
        left = wrap(name, beside)
        right = [line for value in values for line in wrap(value, room)]
        for place in range(max(len(left), len(right))):
            begin = left[place] if place < len(left) else ""
            end = right[place] if place < len(right) else ""
            yield f"{pad(begin, beside)}{' ' * _GAP}{end}".rstrip()


def _stacked(named: Sequence[tuple[str, Sequence[str]]], width: int) -> Iterator[str]:
    for name, values in named:
        yield from wrap(name, width)
        for value in values:
            yield from (f"{' ' * _INDENT}{line}".rstrip() for line in wrap(value, max(1, width - _INDENT)))
