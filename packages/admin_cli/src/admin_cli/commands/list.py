"""`rollcall list`: submissions, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.services import of
from admin_cli.submissions.columns import ColumnsOption, SortOption  # noqa: TC001 - Typer reads the annotations
from admin_cli.submissions.filters import (  # noqa: TC001 - Typer reads the annotations
    FormOption,
    LabelOption,
    OptionOption,
    SinceOption,
    StatusOption,
    UntilOption,
)
from admin_cli.submissions.listing import JsonLines, PrintOptions, TableOption, printer
from admin_cli.submissions.spam_signs import suspected
from admin_cli.terminal.help import Command, same_command, verb
from admin_cli.terminal.json_fields import json_option, requested_fields
from registration_core.domain.filters import selection
from registration_core.domain.records import FIELDS
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from admin_cli.stack import Stack
    from admin_cli.terminal.output import Output
    from registration_core.domain.selection import Selection

app = verb()

DEFAULT_LIMIT = 30


@app.command(cls=Command)
def list_submissions(
    ctx: typer.Context,
    *,
    form: FormOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    option: OptionOption = None,
    label: LabelOption = None,
    columns: ColumnsOption = None,
    sort: SortOption = None,
    table: TableOption = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            "-L",
            min=1,
            metavar="N",
            help=f"How many at most (default: {DEFAULT_LIMIT}, or all with --sort).",
        ),
    ] = None,
    cursor: Annotated[str | None, typer.Option(metavar="CURSOR", help="Continue where an earlier list ended.")] = None,
    json: Annotated[str | None, json_option(FIELDS)] = None,
    jsonl: JsonLines = False,
) -> None:
    """Print submissions, newest first: a table on a terminal, tab-separated lines in a pipe.

    On a terminal, name and option come first. A pipe gets reference, time, form, status, e-mail,
    ID, name and option, in this order. --columns chooses others, including answers:
    name,phone,birth_date. In programs, use --json or --jsonl: their names don't change.

    If there are more, stderr says how to see them. With --status or --option it reads on until it
    has found enough. --sort reads everything that matches before it prints, so narrow it by form,
    option or time. --table prints the table in a pipe too, for a printer.

    Examples:
      rollcall list
      rollcall list --form registration --limit 100
      rollcall list --status pending --status waitlisted --since 7d
      rollcall list --option line-followers --since 2026-03-01 --until 2026-03-31
      rollcall list --option first-robot --status confirmed --columns name,birth_date,phone --sort name
      rollcall list --json
      rollcall list --json reference,email,answers.course
      rollcall list --jsonl --limit 1000 | jq -r .email
    """
    services = of(ctx)
    output = services.output.for_paper() if table else services.output
    names = requested_fields(output, json, FIELDS)
    if sort is not None and cursor is not None:
        raise CliError(
            "--cursor does not work with --sort. Leave one of them out.",
            exit_code=ExitCode.USAGE,
        )
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
    shown = printer(output, stack, PrintOptions(names, jsonl, columns), form=form)
    if sort is not None:
        in_order = shown.columns.sorted(stack.query().select(chosen), sort)
        shown.print(in_order[:limit], nothing=_nothing(chosen))
        if limit is not None and len(in_order) > limit:
            output.note(f"All {len(in_order):,}: {same_command(ctx, limit=str(len(in_order)))}")
        return
    submissions = stack.query().select(chosen, limit=limit or DEFAULT_LIMIT, cursor=cursor)
    shown.print(submissions, nothing=_nothing(chosen))
    if submissions.cursor is not None:
        output.note(f"More: {same_command(ctx, cursor=submissions.cursor)}")
    if output.on_terminal and not output.paper and names is None and not jsonl and Status.SPAM not in chosen.statuses:
        _say_spam(output, stack, form)


def _say_spam(output: Output, stack: Stack, form: str | None) -> None:
    """Say how many are set aside as suspected spam: the list itself leaves them out."""
    many = suspected(stack, [form] if form is not None else list(stack.forms))
    if many:
        narrowed = f" --form {form}" if form is not None else ""
        output.note(f"{many} set aside as suspected spam: rollcall list{narrowed} --status spam")


def _nothing(chosen: Selection) -> str:
    if chosen.sifting or chosen.since or chosen.until:
        return "No submissions match."
    return f"No submissions yet{f' for the form {chosen.form}' if chosen.form else ''}."
