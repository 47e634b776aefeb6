"""CSV files: whatever a spreadsheet writes is read unchanged, with its real line numbers."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_cli.errors import CliError
from admin_cli.imports.csv_file import CsvFile


def read_csv(content: bytes, name: str) -> CsvFile:
    return CsvFile(io.BytesIO(content), name)


CELL = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
ROWS = st.lists(st.lists(CELL, min_size=2, max_size=2), max_size=6)


@given(rows=ROWS, delimiter=st.sampled_from(",;\t"), end=st.sampled_from(["\n", "\r\n"]), marked=st.booleans())
def test_read__returns_what_was_written(rows: list[list[str]], delimiter: str, end: str, *, marked: bool) -> None:
    lines, starts = "", []
    for row in [["first", "second"], *rows]:
        starts.append(1 + len(io.StringIO(lines, newline="").readlines()))
        out = io.StringIO()
        csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL).writerow(row)
        lines += out.getvalue()

    parsed = read_csv(("\ufeff" * marked + lines).encode(), "a.csv")

    expected = [(start, row) for start, row in zip(starts[1:], rows, strict=True) if any(map(str.strip, row))]
    assert parsed.header.cells == ["first", "second"]
    assert [(record.line, record.cells) for record in parsed.records()] == expected


def test_read__accepts_a_line_that_names_the_delimiter() -> None:
    """Excel writes one, and counts it as a line."""
    parsed = read_csv(b"sep=;\r\na;b,c\r\n1;2\r\n", "a.csv")

    assert (parsed.header.line, parsed.header.cells) == (2, ["a", "b,c"])
    assert [(record.line, record.cells) for record in parsed.records()] == [(3, ["1", "2"])]


@given(content=st.binary(max_size=60))
def test_read__explains_what_it_cannot_read(content: bytes) -> None:
    """Any bytes give either a file or an error that names it."""
    caught = CliError("a.csv", hint="none")
    try:
        list(read_csv(content, "a.csv").records())
    except CliError as error:
        caught = error
    assert str(caught).startswith("a.csv")
    assert caught.hint


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_read__accepts_every_line_ending(end: str) -> None:
    parsed = read_csv(end.join(["a,b", "1,2", "", "3,4"]).encode(), "a.csv")

    assert [(record.line, record.cells) for record in parsed.records()] == [(2, ["1", "2"]), (4, ["3", "4"])]
