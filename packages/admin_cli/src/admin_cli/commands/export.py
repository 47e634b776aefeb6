"""`rollcall export`: everything that came in, as a file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.services import of
from admin_cli.submissions.filters import FormOption, OptionOption, SinceOption, StatusOption, UntilOption, selection
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command, verb

if TYPE_CHECKING:
    from collections.abc import Iterable

    from admin_cli.stack import Stack
    from registration_core.domain.selection import Selection

app = verb()

_MOST_JOBS = 32
_USUAL_JOBS = 4
_FORMATS = "csv, tsv, json, jsonl, xlsx or parquet"


def _columns() -> Iterable[str]:
    from admin_cli.export.columns import FIXED  # noqa: PLC0415 - only for a shell's completion

    return FIXED


def _formats() -> Iterable[str]:
    from admin_cli.export.formats import Format  # noqa: PLC0415 - only for a shell's completion

    return map(str, Format)


@app.command(cls=Command)
def export(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", help="Where to; - or nothing for stdout.")] = "-",
    *,
    form: FormOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    option: OptionOption = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{_FORMATS}; the file's name tells where it is left out.",
            autocompletion=completion.words(_formats),
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="[COLUMNS]",
            help="Only these columns, comma-separated; alone: list them.",
            autocompletion=completion.columns(_columns),
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Sort by this column; with a - in front the other way round.",
            autocompletion=completion.columns(_columns),
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="LANGUAGE", help="Of headings, options and statuses; the form's first, if left out."),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="SIGN",
            help="Between CSV's cells: comma, semicolon or tab; what the language's spreadsheets expect.",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an export that was interrupted.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the file, or an export that was interrupted.")
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=_MOST_JOBS, metavar="N", help="How many processes read at most.")
    ] = None,
) -> None:
    """Write everything that came in, newest first unless you sort it, to a file or to stdout.

    CSV, TSV and Excel have the form's columns in the form's words, so they are of one form; JSON and JSON lines have
    what `list --json` prints, of one form or of all; Parquet has typed columns. The file appears when it is whole. An
    export that was interrupted is gone on with by --resume.

    Examples:
      rollcall export registrations.csv --form registration
      rollcall export registrations.xlsx --form registration --status confirmed --language sv
      rollcall export registrations.csv --form registration --delimiter semicolon
      rollcall export class.xlsx --form registration --option first-robot --columns name,age,phone --sort name
      rollcall export registrations.csv --resume
      rollcall export --form registration --columns reference,participant,course | head
      rollcall export --format jsonl --since 7d | jq -r .email
    """
    from admin_cli.export import options  # noqa: PLC0415 - only when it is asked for
    from admin_cli.export.delimiters import the_delimiter  # noqa: PLC0415

    services = of(ctx)

    def choose(stack: Stack) -> Selection:
        return selection(
            lambda: stack.forms,
            form=form,
            status=status,
            since=since,
            until=until,
            option=option,
            versions_of=stack.versions_of,
        )

    names = None if columns is None else [name.strip() for name in columns.split(",") if name.strip()]
    if names == []:
        stack = services.stack()
        options.name_columns(services, choose(stack), stack)
        return
    wish = options.Wish(
        file, format_, names, language, the_delimiter(delimiter), sort, resume, force, jobs or _usual_jobs()
    )
    options.export(services, wish, choose)


def _usual_jobs() -> int:
    """As many as there are processors, and a second one that waits for AWS meanwhile."""
    return min(_USUAL_JOBS, max(2, os.cpu_count() or 1))
