"""Entries as lines, JSON or JSON lines: one way for every command that prints several."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.fields import pick
from admin_cli.records import COLUMNS, USUAL, record, row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from admin_cli.output import Output
    from registration_core.domain.submission import Submission

JsonLines = Annotated[
    bool, typer.Option("--jsonl", help="Print one JSON object a line, whole or with --json's fields.")
]


def print_entries(
    output: Output,
    entries: Iterable[Submission],
    *,
    names: Sequence[str] | None,
    jsonl: bool,
    nothing: str,
    slow: bool = False,
) -> None:
    """Print entries as they come.

    names: the fields that --json named. nothing: told on a terminal if there is none. slow: each may be long in coming,
    so a table does not wait to see how wide its lines are.
    """
    entries = output.at_once(entries) if slow else entries
    records = (record(entry) if names is None else pick(record(entry), names) for entry in entries)
    if jsonl:
        output.json_lines(records)
    elif names is not None:
        output.json_array(records)
    else:
        rows = map(row, entries)
        first = list(islice(rows, 1))
        if first and slow:
            draw = output.table(COLUMNS, [USUAL, *first])
            for each in chain(first, rows):
                draw(each)
        elif first:
            output.rows(COLUMNS, chain(first, rows))
        elif output.on_terminal:
            output.note(nothing)
