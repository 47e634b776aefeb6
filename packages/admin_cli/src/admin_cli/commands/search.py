"""`rollcall search`: finds submissions by address, reference, ID, name or phone number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from admin_cli.services import of
from admin_cli.submissions.columns import ColumnsOption  # noqa: TC001 - Typer reads the annotations
from admin_cli.submissions.filters import (  # noqa: TC001 - Typer reads the annotations
    FormOption,
    LabelOption,
    OptionOption,
    SinceOption,
    StatusOption,
    UntilOption,
)
from admin_cli.submissions.listing import JsonLines, PrintOptions, printer
from admin_cli.submissions.lookup import counted
from admin_cli.terminal.help import Command, same_command, verb
from admin_cli.terminal.json_fields import json_option, requested_fields
from admin_cli.terminal.progress import Progress
from registration_core.domain.filters import selection
from registration_core.domain.records import FIELDS
from registration_core.services.search import indexed, read_search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from admin_cli.terminal.output import Output
    from registration_core.domain.selection import Selection
    from registration_core.domain.submission import Submission
    from registration_core.services.query import QueryService

app = verb()

DEFAULT_LIMIT = 30


@app.command(cls=Command)
def search(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="An e-mail address, a reference, an ID, a name or a phone number.")
    ],
    *,
    form: FormOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    option: OptionOption = None,
    label: LabelOption = None,
    limit: Annotated[int, typer.Option("--limit", "-L", min=1, metavar="N", help="How many at most.")] = DEFAULT_LIMIT,
    columns: ColumnsOption = None,
    json: Annotated[str | None, json_option(FIELDS)] = None,
    jsonl: JsonLines = False,
) -> None:
    """Find submissions by e-mail address, reference, ID, name or phone number, newest first.

    Addresses, references and IDs are found at once. For anything else it reads every submission, so
    narrow it by form or time if you can. One answer or note must contain all of the words, in any
    case, with or without accents. A phone number matches however it is written: 070-140 50 21 finds +46
    70 140 50 21. Ctrl-C stops the search and keeps what it found.

    Examples:
      rollcall search per.lindqvist@example.org
      rollcall search K7QM-3XTP
      rollcall search "asa lindqvist" --form registration --since 90d
      rollcall search "070-140 50 21" --since 1y
      rollcall search lindqvist --json reference,email,answers.participant
    """
    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, FIELDS)
    what = read_search(what)
    stack = services.stack()
    chosen = selection(
        lambda: stack.forms,
        form=form,
        status=status,
        since=since,
        until=until,
        option=option,
        label=label,
        versions_of=stack.versions_of,
    )
    matches = _find(output, stack.query(), what, chosen, Limit(limit, same_command(ctx, limit=str(2 * limit))))
    shown = printer(output, stack, PrintOptions(names, jsonl, columns), form=form)
    shown.print(matches, nothing=f"No submissions found for {what!r}.", slow=True)


class Limit(NamedTuple):
    """How many are printed at most. for_more: the command that prints more."""

    limit: int
    for_more: str


def _find(output: Output, query: QueryService, what: str, chosen: Selection, most: Limit) -> Iterator[Submission]:
    """Search in the cheapest way."""
    submissions = indexed(query, what, chosen)
    if submissions is None:
        yield from _by_name(output, query, what, chosen, most)
    else:
        yield from submissions[: most.limit]


def _by_name(output: Output, query: QueryService, what: str, chosen: Selection, most: Limit) -> Iterator[Submission]:
    output.note(
        "Reading every submission: names and phone numbers have no index. Narrow with --form or --since; Ctrl-C stops."
    )
    matches = 0
    with Progress(output, "submissions read") as progress:
        try:
            for submission in query.select(chosen):
                progress.advance()
                if not query.named(what, submission):
                    continue
                progress.clear()
                matches += 1
                yield submission
                if matches == most.limit:
                    progress.note(f"{matches} found among the newest {progress.done:,}. More: {most.for_more}")
                    return
        except KeyboardInterrupt:
            progress.tell(f"Stopped after {counted(progress.done)}; {matches} found so far.")
            raise
