"""A command's output: data on stdout, everything else on stderr, formatted for a person or a program."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass, replace
from itertools import chain, islice
from textwrap import indent
from typing import TYPE_CHECKING, TextIO, TypeVar

from admin_cli.errors import CliError, OutputClosedError
from admin_cli.terminal.escape import plain, plain_lines, tab_separated, to_json, to_json_line
from admin_cli.terminal.values import for_person, for_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from admin_cli.terminal.table import Column
    from admin_cli.terminal.values import Value

T = TypeVar("T")

DEFAULT_WIDTH = 80

#: How many rows a table on a terminal reads before it sets the columns' widths; the rest follow one by one.
SAMPLE = 100


@dataclass(frozen=True, slots=True)
class Output:
    """The streams of one run. environ: decides on colour and width.

    quiet: whether to leave out notes. paper: whether stdout is for printing.
    """

    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    quiet: bool = False
    paper: bool = False

    def for_paper(self) -> Output:
        """Return the same streams, formatted for a person, without colour."""
        return replace(self, paper=True)

    @property
    def on_terminal(self) -> bool:
        """Whether a person reads stdout."""
        return self.paper or self.stdout.isatty()

    @property
    def coloured(self) -> bool:
        """Whether stdout gets colour: on a terminal that supports it, unless NO_COLOR is set (no-color.org)."""
        return (
            self.on_terminal
            and not self.paper
            and not self.environ.get("NO_COLOR")
            and self.environ.get("TERM") != "dumb"
        )

    @property
    def has_blocks(self) -> bool:
        """Whether stdout's encoding has block characters for bars."""
        from admin_cli.terminal.bars import blocks_in  # noqa: PLC0415 - only a terminal draws

        return blocks_in(getattr(self.stdout, "encoding", None) or "utf-8")

    @property
    def width(self) -> int:
        """The terminal's width in cells; COLUMNS overrides it."""
        columns = self.environ.get("COLUMNS", "")
        if columns.isdecimal() and int(columns) > 0:
            return int(columns)
        try:
            return os.get_terminal_size(self.stdout.fileno()).columns or DEFAULT_WIDTH
        except (OSError, ValueError):
            return DEFAULT_WIDTH

    def write(self, text: str) -> None:
        """Write data. Raises OutputClosedError if the reader has gone, CliError if writing fails."""
        try:
            self.stdout.write(text)
        except OSError as error:
            raise self._failed(error) from error

    def data(self, content: bytes) -> None:
        """Write bytes unchanged. Raises what `write` raises."""
        buffer = getattr(self.stdout, "buffer", None)
        if buffer is None:  # a text stream
            self.write(content.decode())
            return
        try:
            buffer.write(content)
        except OSError as error:
            raise self._failed(error) from error

    def line(self, text: str = "") -> None:
        """Write one line of data."""
        self.write(text + "\n")

    def json(self, value: object) -> None:
        """Write one JSON value."""
        self.line(to_json(value))

    def json_array(self, records: Iterable[Mapping[str, object]]) -> None:
        """Write a JSON array element by element. If interrupted, it still closes the array.

        It holds back an element's last line until it knows whether a comma follows, so that a terminal
        only ever shows whole lines, and progress in between doesn't overwrite them.
        """
        last = ""
        try:
            for record in records:
                self.write(f"{last},\n" if last else "[\n")
                lines, _, last = indent(to_json(record), "  ").rpartition("\n")
                self.write(f"{lines}\n" if lines else "")
        except OutputClosedError:
            raise
        except BaseException:
            self.line(f"{last}\n]" if last else "[]")
            raise
        self.line(f"{last}\n]" if last else "[]")

    def json_lines(self, records: Iterable[Mapping[str, object]]) -> None:
        """Write JSON lines, one at a time."""
        for place, record in enumerate(records):
            self.line(to_json_line(record))
            if place == 0:
                self.flush()

    def rows(self, columns: Sequence[Column], rows: Iterable[Sequence[Value]]) -> None:
        """Write rows: a table for a person, tab-separated lines without a header for a program."""
        if self.on_terminal:
            rows = iter(rows)
            sample = list(islice(rows, SAMPLE))
            draw = self.table(columns, sample)
            for row in chain(sample, rows):
                draw(row)
            return
        for place, row in enumerate(rows):
            self.line("\t".join(tab_separated(for_program(value)) for value in row))
            if place == 0:
                self.flush()  # the next row may take a while

    def table(self, columns: Sequence[Column], sample: Iterable[Sequence[Value]]) -> Callable[[Sequence[Value]], None]:
        """Begin a table whose rows come one by one, and return the function that writes a row.

        sample: rows that set the columns' widths on a terminal. They aren't written.
        """
        if not self.on_terminal:
            return lambda row: self.rows(columns, [row])
        from admin_cli.terminal.table import Table  # noqa: PLC0415 - a pipe draws nothing

        table = Table(columns, sample, coloured=self.coloured, width=self.width)
        self.write(table.header())
        return lambda row: self.write(table.row(row))

    def fields(self, pairs: Iterable[tuple[str, Value]]) -> None:
        """Write names and values: aligned for a person, tab-separated for a program."""
        pairs = [(plain(name), value) for name, value in pairs]
        if not self.on_terminal:
            for name, value in pairs:
                self.line(f"{tab_separated(name)}\t{tab_separated(for_program(value))}")
            return
        from admin_cli.terminal.layout import pairs as laid_out  # noqa: PLC0415 - a pipe needs no Rich

        for line in laid_out([(name, plain_lines(for_person(value))) for name, value in pairs], self.width):
            self.line(line)

    def heading(self, text: str) -> None:
        """Write a heading for a person; nothing for a program."""
        from admin_cli.terminal.table import BOLD, styled  # noqa: PLC0415 - a pipe draws nothing

        if self.on_terminal:
            self.line()
            self.line(styled(plain(text), BOLD, coloured=self.coloured))

    def note(self, text: str) -> None:
        """Write a hint or progress to stderr, unless the run is quiet."""
        if not self.quiet:
            self.tell(text)

    def tell(self, text: str) -> None:
        """Write what a person must know to stderr: a question, a mistake, or what was or would be done."""
        with contextlib.suppress(OSError):  # the reader has gone; the exit code still counts
            self.stderr.write("\n".join(plain_lines(text)) + "\n")

    def at_once(self, items: Iterable[T]) -> Iterator[T]:
        """Yield the items, and flush after each, before waiting for the next."""
        for item in items:
            yield item
            self.flush()

    def flush(self) -> None:
        """Flush stdout. Raises what `write` raises."""
        try:
            self.stdout.flush()
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> Exception:
        """Drop the buffered data, which Python would otherwise try to write again at exit, and return the error."""
        with contextlib.suppress(OSError, ValueError):  # not a real file, so Python flushes nothing at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return OutputClosedError()
        return CliError(f"The output could not be written: {error.strerror or error}.")
