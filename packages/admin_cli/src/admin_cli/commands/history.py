"""`rollcall history`: the history of one submission, or of all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.seats import forms_of
from admin_cli.services import of
from admin_cli.submissions.filters import FormOption  # noqa: TC001 - Typer reads the annotations
from admin_cli.submissions.history_lines import COLUMNS_OF_ALL, journal_lines, print_history
from admin_cli.submissions.lookup import look_up
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.values import for_person
from registration_core.domain.filters import the_form
from registration_core.domain.records import HISTORY, JOURNAL, event_record
from registration_core.domain.times import read_period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.services import Services

app = verb()

SINCE = "yesterday"

Subject = Annotated[
    str | None,
    typer.Argument(metavar="ID|REFERENCE", help="One submission (default: all of them)."),
]
By = Annotated[
    str | None,
    typer.Option("--by", metavar="WHO", help="Only changes by registrant, system, staff, or part of a name."),
]


@app.command(cls=Command)
def history(
    ctx: typer.Context,
    entry: Subject = None,
    *,
    since: Annotated[
        str | None,
        typer.Option("--since", metavar="WHEN", help=f"Without an ID: changes since then (default: {SINCE})."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="WHEN", help="Without an ID: changes before then.")
    ] = None,
    by: By = None,
    form: FormOption = None,
    json: Annotated[str | None, json_option(JOURNAL)] = None,
) -> None:
    """Print a submission's history, oldest first; without one, the history of all submissions, newest first.

    Each line says when, what, the status before and after, and who did it: `registrant` is the
    person who sent the submission, `system` is an automatic step, and staff are named by their AWS
    identity. An edit names the fields, never the values; a move names both options. It reads only
    the changes that it prints, however many submissions there are.

    Examples:
      rollcall history K7QM-3XTP
      rollcall history K7QM-3XTP --json at,what,by
      rollcall history --since yesterday
      rollcall history --since monday --by staff --form registration
      rollcall history --since 2026-03-01 --until 2026-03-02 --json at,reference,what,was,status,by
    """
    services = of(ctx)
    if entry is None:
        names = requested_fields(services.output, json, JOURNAL)
        _print_all(services, names, since=since or SINCE, until=until, by=by, form=form)
        return
    if (since, until, by, form) != (None, None, None, None):
        raise CliError(
            "--since, --until, --by and --form are for the history of all submissions. Leave out the ID.",
            exit_code=ExitCode.USAGE,
        )
    names = requested_fields(services.output, json, HISTORY)
    events = look_up(services.stack, entry).events
    if names is not None:
        services.output.json([pick(event_record(event), names) for event in events])
    else:
        print_history(services.output, events)


def _print_all(
    services: Services, names: Sequence[str] | None, *, since: str, until: str | None, by: str | None, form: str | None
) -> None:
    stack, output = services.stack(), services.output
    first, last = read_period(since, until, forms=lambda: stack.forms)
    assert first is not None  # noqa: S101 - `since` was given
    forms = forms_of(stack)
    chosen = [the_form(forms, form).name] if form is not None else list(forms)
    lines = journal_lines(stack, chosen, since=first, until=last, by=by)
    if names is not None:
        output.json_array(pick(line.record(), names) for line in lines)
        return
    rows = [line.row(short=output.on_terminal) for line in lines]
    if rows:
        output.rows(COLUMNS_OF_ALL, rows)
    elif output.on_terminal:
        done_by = f" by {by}" if by is not None else ""
        output.note(f"No changes{done_by} since {for_person(first)}.")
