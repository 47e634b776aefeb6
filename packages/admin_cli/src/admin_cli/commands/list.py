"""`rollcall list`: what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.helping import Command, verb
from admin_cli.records import COLUMNS, FIELDS, fields_of, pick, record, row
from admin_cli.services import of
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from registration_core.domain.submission import Page, Submission
    from registration_core.services.query import QueryService

app = verb()

#: How many entries one call asks the table for at most; more are asked for page by page.
PAGE = 200

USUAL_LIMIT = 30

_STATUSES = f"Only entries of this status: {', '.join(each for each in Status if each is not Status.ERASED)}."


@app.command(cls=Command)
def list_submissions(
    ctx: typer.Context,
    *,
    form: Annotated[str | None, typer.Option(metavar="FORM", help="Only this form's entries.")] = None,
    status: Annotated[Status | None, typer.Option(metavar="STATUS", help=_STATUSES)] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many at most.")] = USUAL_LIMIT,
    json: Annotated[
        str | None,
        typer.Option(metavar="[FIELDS]", help="Print JSON with these fields, comma-separated; alone: name them."),
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a line, whole.")] = False,
) -> None:
    """Print submissions, newest first: a table on a terminal, tab-separated lines in a pipe.

    The columns are reference, time, form, status, e-mail and ID. For programs --json and --jsonl are the better choice:
    their names stay. With --status the list is read on until so many are found.

    Examples:
      rollcall list
      rollcall list --form registration --limit 100
      rollcall list --form registration --status spam
      rollcall list --json
      rollcall list --json reference,email,answers.course
      rollcall list --jsonl --limit 1000 | jq -r .email
    """
    services = of(ctx)
    output = services.output
    names = None if json is None else fields_of(json)
    if names == []:
        for name in FIELDS:
            output.line(name)
        return
    entries = newest(services.stack().query(), form, limit, status)
    if jsonl:
        output.json_lines(record(entry) if names is None else pick(record(entry), names) for entry in entries)
    elif names is not None:
        output.json([pick(record(entry), names) for entry in entries])
    else:
        rows = [row(entry) for entry in entries] if output.on_terminal else map(row, entries)
        if rows:
            output.rows(COLUMNS, rows)
        else:
            output.note(_nothing(form, status))


def newest(query: QueryService, form: str | None, limit: int, status: Status | None = None) -> Iterator[Submission]:
    """Give the newest entries, page by page, so that the first are printed before the last are read."""
    cursor: str | None = None
    left = limit
    while left > 0:
        page: Page = query.list(form, limit=min(left, PAGE) if status is None else PAGE, cursor=cursor)
        wanted = [entry for entry in page.submissions if status in (None, entry.status)][:left]
        yield from wanted
        left -= len(wanted)
        cursor = page.cursor
        if cursor is None:
            return


def _nothing(form: str | None, status: Status | None) -> str:
    if status is not None:
        return f"Nothing is {status}{f' of the form {form}' if form else ''}."
    return f"Nothing came in yet{f' by the form {form}' if form else ''}."
