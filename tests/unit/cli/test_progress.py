"""The progress of a long task, on a terminal and in a log."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest

from admin_cli.terminal.output import Output
from admin_cli.terminal.progress import Progress, duration


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Watch:
    """A clock that a test moves."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def begun(stderr: io.StringIO, watch: Watch, **options: object) -> Progress:
    environ = {"COLUMNS": str(options.pop("columns", 80)), "TERM": str(options.pop("term", "xterm"))}
    return Progress(Output(io.StringIO(), stderr, environ), "entries", monotonic=watch, **options)  # type: ignore[arg-type]


def test_terminal__line_is_redrawn_and_gone_at_the_end() -> None:
    """Count, rate and estimate are on one line, of which nothing is left."""
    stderr, watch = Terminal(), Watch()
    with begun(stderr, watch, total=100_000, about=True) as progress:
        watch.now += 10
        progress.advance(20_000)
        assert stderr.getvalue() == "\r20,000 of about 100,000 entries, 2,000/s, about 40 s left\x1b[K"

    assert stderr.getvalue().endswith("\r\x1b[K")


def test_terminal__is_not_redrawn_for_every_step() -> None:
    """A thousand steps in no time draw nothing."""
    stderr, watch = Terminal(), Watch()
    with begun(stderr, watch) as progress:
        for _ in range(1000):
            progress.advance()

    assert stderr.getvalue() == ""


def test_terminal__line_is_cut_so_that_it_never_wraps() -> None:
    """A line as wide as the terminal would leave its beginning behind."""
    stderr, watch = Terminal(), Watch()
    with begun(stderr, watch, total=100_000, columns=20) as progress:
        watch.now += 10
        progress.advance(20_000)
        assert stderr.getvalue() == "\r20,000 of 100,000 e\x1b[K"


def test_note__is_on_a_line_of_its_own() -> None:
    """Other messages don't run into the count."""
    stderr, watch = Terminal(), Watch()
    with begun(stderr, watch) as progress:
        watch.now += 1
        progress.advance(10)
        progress.note("AWS asks to slow down.")

    assert stderr.getvalue() == "\r10 entries, 10/s\x1b[K\r\x1b[KAWS asks to slow down.\n"


@pytest.mark.parametrize("stderr", [io.StringIO(), Terminal()], ids=["file", "dumb terminal"])
def test_log__has_a_line_every_half_minute(stderr: io.StringIO) -> None:
    """Where nothing can be redrawn, a short task prints nothing."""
    watch = Watch()
    with begun(stderr, watch, total=1000, term="dumb") as progress:
        for _ in range(70):
            watch.now += 1
            progress.advance(1)

    assert stderr.getvalue() == (
        "30 of 1,000 entries, 1/s, about 16 min 10 s left\n60 of 1,000 entries, 1/s, about 15 min 40 s left\n"
    )


def test_total__that_was_too_low_is_not_shown() -> None:
    """An estimate that was passed is no estimate any more."""
    watch = Watch()
    with begun(Terminal(), watch, total=10, about=True) as progress:
        watch.now += 120
        progress.advance(12)
        assert str(progress) == "12 entries, 6/min"


def test_rate__omits_what_was_done_before() -> None:
    """An earlier run says nothing about this one's speed."""
    watch = Watch()
    with begun(Terminal(), watch, total=200, done=100) as progress:
        watch.now += 10
        progress.advance(50)
        assert str(progress) == "150 of 200 entries, 5/s, about 10 s left"


def test_closed_stderr__disturbs_nothing() -> None:
    """The task continues if nobody reads its progress."""

    class Closed(Terminal):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    watch = Watch()
    with begun(Closed(), watch) as progress:
        watch.now += 1
        progress.advance(5)

    assert progress.done == 5


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_duration__is_written_as_people_say_it(seconds: float, text: str) -> None:
    """Seconds, then minutes, then hours."""
    assert duration(seconds) == text
