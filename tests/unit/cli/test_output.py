"""What a command prints: for a person at a terminal, and for a program in a pipe."""

from __future__ import annotations

import io
import json
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from admin_cli.errors import CliError, OutputClosedError
from admin_cli.terminal.output import Output
from admin_cli.terminal.table import Column

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = (Column("NAME", narrowest=6), Column("AT"), Column("STATUS", status=True), Column("ID", optional=True))
MOMENT = datetime(2026, 3, 1, 12, 30, 5, tzinfo=UTC)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stockholm(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The reader's zone is not UTC."""
    monkeypatch.setenv("TZ", "Europe/Stockholm")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def rows(*, terminal: bool, values: list[object], **environ: str) -> str:
    out = Terminal() if terminal else io.StringIO()
    Output(out, io.StringIO(), {"COLUMNS": "100"} | environ).rows(COLUMNS, [values])
    return out.getvalue()


def test_rows__are_tab_separated_in_a_pipe() -> None:
    """A program gets only cells: no header, no colour, times in ISO 8601 UTC."""
    assert rows(terminal=False, values=["Ada", MOMENT, "confirmed", "reg_1"]) == (
        "Ada\t2026-03-01T12:30:05Z\tconfirmed\treg_1\n"
    )


@pytest.mark.usefixtures("stockholm")
def test_rows__are_a_table_on_a_terminal() -> None:
    """A person gets a header, and local times."""
    header, line = rows(terminal=True, values=["Ada", MOMENT, "confirmed", "reg_1"], NO_COLOR="1").splitlines()

    assert header.split() == ["NAME", "AT", "STATUS", "ID"]
    assert line.split() == ["Ada", "2026-03-01", "13:30", "confirmed", "reg_1"]
    assert header.index("STATUS") == line.index("confirmed")


def test_rows__are_coloured_only_on_a_terminal_that_wants_it() -> None:
    """NO_COLOR and a dumb terminal get no escape sequence."""
    values = ["Ada", MOMENT, "confirmed", "reg_1"]

    assert "\x1b[32mconfirmed" in rows(terminal=True, values=values)
    assert "\x1b" in rows(terminal=True, values=values, NO_COLOR="")
    assert "\x1b" not in rows(terminal=True, values=values, NO_COLOR="1")
    assert "\x1b" not in rows(terminal=True, values=values, TERM="dumb")
    assert "\x1b" not in rows(terminal=False, values=values, FORCE_COLOR="1")


def test_rows__align_wide_characters() -> None:
    """A letter may take two cells, and the next column still lines up."""
    out = Terminal()
    names = ["山田太郎", "Åsa", "Zoë"]
    Output(out, io.StringIO(), {"COLUMNS": "100", "NO_COLOR": "1"}).rows(
        COLUMNS, [[name, MOMENT, "pending", "x"] for name in names]
    )

    starts = {cell_len(line[: line.index("pending")]) for line in out.getvalue().splitlines()[1:]}
    assert len(starts) == 1


def test_rows__shorten_and_drop_columns_that_allow_it() -> None:
    """A narrow terminal loses the optional column, then the end of a long name, but no time or status."""
    text = rows(terminal=True, values=["a" * 40, MOMENT, "confirmed", "reg_1" * 6], COLUMNS="50", NO_COLOR="1")

    assert max(map(cell_len, text.splitlines())) <= 50
    assert "reg_1" not in text
    assert "…" in text
    assert "confirmed" in text


@pytest.mark.parametrize("terminal", [True, False])
def test_rows__never_pass_on_an_escape_sequence(*, terminal: bool) -> None:
    """What a visitor typed can't clear a screen or make a second line or cell."""
    text = rows(terminal=terminal, values=["a\x1b[2Jb\nc\td\x9b1m", MOMENT, "pending", "x"], NO_COLOR="1")

    assert r"a\x1b[2Jb\nc\td\x9b1m" in text
    assert len(text.splitlines()) == (2 if terminal else 1)


def test_rows__show_markup_as_typed() -> None:
    """Square brackets in data have no meaning."""
    assert "[red]x[/red] :smile:" in rows(terminal=True, values=["[red]x[/red] :smile:", MOMENT, "pending", "x"])


def test_fields__keep_the_lines_of_a_text_on_a_terminal() -> None:
    """A message of several lines is indented under its name."""
    out = Terminal()
    Output(out, io.StringIO(), {}).fields([("name", "Ada"), ("message", "one\ntwo\x07"), ("empty", None)])

    assert out.getvalue() == "name     Ada\nmessage  one\n         two\\x07\nempty\n"


def test_fields__are_one_line_each_in_a_pipe() -> None:
    """A program can split at the tab."""
    out = io.StringIO()
    Output(out, io.StringIO(), {}).fields([("message", "one\ntwo"), ("to", ["a", "b"])])

    assert out.getvalue() == "message\tone\\ntwo\nto\ta, b\n"


class Gone(io.StringIO):
    def __init__(self, error: OSError) -> None:
        super().__init__()
        self._error = error

    def write(self, _text: str) -> int:
        raise self._error

    def flush(self) -> None:
        raise self._error


def test_write__to_a_closed_pipe_ends_quietly() -> None:
    """`| head` is no mistake."""
    output = Output(Gone(BrokenPipeError()), io.StringIO(), {})

    with pytest.raises(OutputClosedError):
        output.line("x")
    with pytest.raises(OutputClosedError):
        output.flush()


def test_write__to_a_full_disk_says_so() -> None:
    """Data that could not be written is reported, not lost silently."""
    with pytest.raises(CliError, match=r"could not be written: No space left on device\."):
        Output(Gone(OSError(28, "No space left on device")), io.StringIO(), {}).line("x")


def test_json_array__prints_whole_lines_while_waiting() -> None:
    """Progress on a terminal clears its own line, so no part of the JSON may be on it."""
    out = io.StringIO()

    def records() -> Iterator[dict[str, object]]:
        for number in range(3):
            assert out.getvalue() == "" or out.getvalue().endswith("\n")
            yield {"number": number}
        assert out.getvalue().endswith("\n")

    Output(out, io.StringIO(), {}).json_array(records())

    assert json.loads(out.getvalue()) == [{"number": number} for number in range(3)]
    assert out.getvalue().endswith("  }\n]\n")
