"""`rollcall list`: what came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.fields import JsonOption, wanted
from admin_cli.helping import Command, verb
from admin_cli.listing import JsonLines, print_entries
from admin_cli.records import FIELDS
from admin_cli.selecting import FormOption, OptionOption, SinceOption, StatusOption, UntilOption, selection
from admin_cli.services import of

if TYPE_CHECKING:
    from registration_core.domain.selection import Selection

app = verb()

USUAL_LIMIT = 30


@app.command(cls=Command)
def list_submissions(
    ctx: typer.Context,
    *,
    form: FormOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    option: OptionOption = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="How many at most.")] = USUAL_LIMIT,
    cursor: Annotated[str | None, typer.Option(metavar="CURSOR", help="Go on where a list before ended.")] = None,
    json: JsonOption = None,
    jsonl: JsonLines = False,
) -> None:
    """Print submissions, newest first: a table on a terminal, tab-separated lines in a pipe.

    The columns are reference, time, form, status, e-mail and ID. For programs --json and --jsonl are the better choice:
    their names stay. When more follows, stderr says how to go on. With --status or --option the list is read on until
    so many are found.

    Examples:
      rollcall list
      rollcall list --form registration --limit 100
      rollcall list --status pending --status waitlisted --since 7d
      rollcall list --option line-followers --since 2026-03-01 --until 2026-03-31
      rollcall list --json
      rollcall list --json reference,email,answers.course
      rollcall list --jsonl --limit 1000 | jq -r .email
    """
    services = of(ctx)
    output = services.output
    names = wanted(output, json, FIELDS)
    stack = services.stack()
    chosen = selection(
        lambda: stack.forms,
        form=form,
        status=status,
        since=since,
        until=until,
        option=option,
        versions_of=stack.versions_of,
    )
    entries = stack.query().select(chosen, limit=limit, cursor=cursor)
    print_entries(output, entries, names=names, jsonl=jsonl, nothing=_nothing(chosen))
    if entries.cursor is not None:
        output.note(f"To go on: the same with --cursor {entries.cursor}")


def _nothing(chosen: Selection) -> str:
    if chosen.sifting or chosen.since or chosen.until:
        return "Nothing of that came in."
    return f"Nothing came in yet{f' by the form {chosen.form}' if chosen.form else ''}."
