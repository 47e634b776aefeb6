"""Bars for a terminal, readable without colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from admin_cli.terminal.escape import plain
from admin_cli.terminal.layout import cut, pad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_EIGHTHS = " ▏▎▍▌▋▊▉"
_FULL = "█"
_NARROWEST_BAR = 4
_NARROWEST_NAME = 8
_GAP = 2


def bar(share: float, width: int, *, blocks: bool) -> str:
    """Draw a share of a width, to an eighth of a cell. A share above zero is always visible.

    blocks: whether the stream's encoding has block characters.
    """
    if share <= 0 or width < 1:
        return ""
    if not blocks:
        return "#" * max(1, round(share * width))
    eighths = max(1, round(share * width * 8))
    return _FULL * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def chart(counts: Sequence[tuple[str, int]], width: int, *, blocks: bool) -> Iterator[str]:
    """Yield a line for each name: name, count, and a bar as long as the room allows."""
    most = max((count for _, count in counts), default=0)
    digits = len(f"{most:,}")
    longest = max((cell_len(plain(name)) for name, _ in counts), default=0)
    beside = max(min(longest, width - digits - _NARROWEST_BAR - 2 * _GAP), min(longest, _NARROWEST_NAME))
    room = width - beside - digits - 2 * _GAP
    for name, count in counts:
        drawn = bar(count / most if most else 0, room, blocks=blocks) if room >= _NARROWEST_BAR else ""
        yield f"{pad(cut(plain(name), beside), beside)}  {count:>{digits},}  {drawn}".rstrip()


def blocks_in(encoding: str | None) -> bool:
    """Whether a stream's encoding has block characters."""
    try:
        (_FULL + _EIGHTHS).encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True
