"""Progress of long work, on stderr: one redrawn line on a terminal, a new line now and then elsewhere."""

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

#: Seconds between redraws on a terminal.
REDRAWN_EVERY_S = 0.2

#: Seconds between lines in a log.
LINE_EVERY_S = 30.0

#: Seconds of work before a rate means anything.
_TOO_SOON_S = 0.5

_MINUTE, _HOUR = 60, 3600


class Progress:
    """Counts finished items while its context is open, and shows the count on stderr.

    what: what is counted, in the plural ("submissions"). total: how many there will be; None if unknown. about: whether
    the total is an estimate; at_most: whether it is an upper limit. done: how many were done before, which don't count
    towards the rate.
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
        """How many are done, including those from before."""
        return self._done

    @property
    def elapsed_s(self) -> float:
        """The seconds so far."""
        return self._monotonic() - self._began

    def advance(self, count: int = 1) -> None:
        """Count more items, and show the count if it is time."""
        self._done += count
        now = self._monotonic()
        if now - self._told >= (REDRAWN_EVERY_S if self._redraws else LINE_EVERY_S):
            self._told = now
            self._show()

    def note(self, text: str) -> None:
        """Write a note on its own line, unless the run is quiet."""
        self.clear()
        self._output.note(text)

    def tell(self, text: str) -> None:
        """Write a mistake or a failure on its own line."""
        self.clear()
        self._output.tell(text)

    def _show(self) -> None:
        if self._output.quiet:
            return
        if self._redraws:
            line = plain(str(self))[: self._width() - 1]  # a full line would wrap, and clearing would leave half of it
            self._write(f"\r{line}\x1b[K")
            self._drawn = True
        else:
            self._output.note(str(self))

    def clear(self) -> None:
        """Clear the line, so that something else can be written."""
        if self._drawn:
            self._write("\r\x1b[K")
            self._drawn = False

    def _width(self) -> int:
        """Return stderr's width in cells; stdout may be no terminal."""
        columns = self._output.environ.get("COLUMNS", "")
        if columns.isdecimal() and int(columns) > 1:
            return int(columns)
        try:
            return os.get_terminal_size(self._output.stderr.fileno()).columns or DEFAULT_WIDTH
        except (OSError, ValueError):
            return DEFAULT_WIDTH

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError):  # the reader has gone
            self._output.stderr.write(text)
            self._output.stderr.flush()

    def __str__(self) -> str:
        """Return the count, the rate and the time left."""
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
    """Return a length of time in words: 12 s, 3 min 20 s, 2 h 5 min."""
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s".removesuffix(" 0 s")
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min".removesuffix(" 0 min")
