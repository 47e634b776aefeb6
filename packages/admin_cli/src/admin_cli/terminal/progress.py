"""How far a long piece of work has come, on stderr: a line redrawn on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import contextlib
import os
import time
from typing import TYPE_CHECKING, Self

from admin_cli.terminal.escape import plain
from admin_cli.terminal.output import DEFAULT_WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from admin_cli.terminal.output import Output

#: On a terminal: often enough to see it move, seldom enough to cost nothing.
REDRAWN_EVERY_S = 0.2

#: In a log: rare enough to be read.
LINE_EVERY_S = 30.0

#: A rate over less than this says nothing.
_TOO_SOON_S = 0.5

_MINUTE, _HOUR = 60, 3600


class Progress:
    """Counts what is done while it is entered, and says so on stderr.

    what: what is counted, in the plural ("submissions"). total: how many there will be; None if unknown. about: whether
    the total is an estimate; at_most: whether it is an upper limit. done: how many were done before, which the rate
    leaves out.
    """

    def __init__(
        self,
        output: Output,
        what: str,
        *,
        total: int | None = None,
        about: bool = False,
        at_most: bool = False,
        done: int = 0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._output = output
        self._what = what
        self._total = total
        self._how = "at most " if at_most else "about " if about else ""
        self._before = done
        self._done = done
        self._monotonic = monotonic
        self._began = self._told = monotonic()
        self._redraws = output.stderr.isatty() and output.environ.get("TERM") != "dumb"
        self._drawn = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    @property
    def done(self) -> int:
        """How many are done, with those that were there already."""
        return self._done

    @property
    def elapsed_s(self) -> float:
        """How long it has taken so far."""
        return self._monotonic() - self._began

    def advance(self, count: int = 1) -> None:
        """Count so many more, and say so if it is time."""
        self._done += count
        now = self._monotonic()
        if now - self._told >= (REDRAWN_EVERY_S if self._redraws else LINE_EVERY_S):
            self._told = now
            self._show()

    def note(self, text: str) -> None:
        """Tell the person something meanwhile, on a line of its own, unless they want quiet."""
        self.clear()
        self._output.note(text)

    def tell(self, text: str) -> None:
        """Tell the person what they must know, on a line of its own: a mistake, or a failure."""
        self.clear()
        self._output.tell(text)

    def _show(self) -> None:
        if self._output.quiet:
            return
        if self._redraws:
            line = plain(str(self))[: self._width() - 1]  # a full line would wrap, and not go away
            self._write(f"\r{line}\x1b[K")
            self._drawn = True
        else:
            self._output.note(str(self))

    def clear(self) -> None:
        """Take the line off the terminal, so that something else can be written."""
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def _width(self) -> int:
        """Return the cells of a line: stderr may be a terminal where stdout is none."""
        columns = self._output.environ.get("COLUMNS", "")
        if columns.isdecimal() and int(columns) > 1:
            return int(columns)
        try:
            return os.get_terminal_size(self._output.stderr.fileno()).columns or DEFAULT_WIDTH
        except (OSError, ValueError):
            return DEFAULT_WIDTH

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # nobody reads it any more
            self._output.stderr.write(text)
            self._output.stderr.flush()

    def __str__(self) -> str:
        """Say how many, how fast, and how long it may still take."""
        total = self._total if self._total is not None and self._total >= self._done else None
        of_all = f" of {self._how}{total:,}" if total is not None else ""
        parts = [f"{self._done:,}{of_all} {self._what}"]
        elapsed = self.elapsed_s
        rate = (self._done - self._before) / elapsed if elapsed >= _TOO_SOON_S else 0.0
        if rate:
            parts.append(f"{rate:,.0f}/s" if rate >= 1 else f"{rate * _MINUTE:,.0f}/min")
        if rate and total is not None:
            parts.append(f"{self._how or 'about '}{duration((total - self._done) / rate)} left")
        return ", ".join(parts)


def duration(seconds: float) -> str:
    """Write a length of time the way people say it: 12 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s".removesuffix(" 0 s")
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min".removesuffix(" 0 min")
