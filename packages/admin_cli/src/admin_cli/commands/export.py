"""`rollcall export`: submissions as a file."""

from __future__ import annotations

import os
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.services import of
from admin_cli.submissions.filters import (  # noqa: TC001 - Typer reads the annotations
    FormOption,
    LabelOption,
    OptionOption,
    SinceOption,
    StatusOption,
    UntilOption,
)
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command, verb
from registration_core.domain.filters import selection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from admin_cli.services import Services
    from admin_cli.stack import Stack
    from registration_core.domain.selection import Selection

app = verb()

_MOST_JOBS = 32
_MOST_DEFAULT_JOBS = 4
_FORMATS = "csv, tsv, json, jsonl, xlsx or parquet"


def _columns() -> Iterable[str]:
    from registration_core.adapters.sheets.columns import FIXED  # noqa: PLC0415 - only for a shell's completion

    return FIXED


def _formats() -> Iterable[str]:
    from admin_cli.export.formats import Format  # noqa: PLC0415 - only for a shell's completion

    return map(str, Format)


@app.command(cls=Command)
def export(
    ctx: typer.Context,
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="The file to write; - for stdout.")] = "-",
    *,
    form: FormOption = None,
    status: StatusOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    option: OptionOption = None,
    label: LabelOption = None,
    format_: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help=f"{_FORMATS} (default: what the file's name ends in).",
            autocompletion=completion.words(_formats),
        ),
    ] = None,
    columns: Annotated[
        str | None,
        typer.Option(
            metavar="[COLUMNS]",
            help="Only these columns, comma-separated; without any: list them.",
            autocompletion=completion.columns(_columns),
        ),
    ] = None,
    sort: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Sort by this column; put - in front to reverse the order.",
            autocompletion=completion.columns(_columns),
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(metavar="LANGUAGE", help="For headings, options and statuses (default: the form's first)."),
    ] = None,
    delimiter: Annotated[
        str | None,
        typer.Option(
            metavar="SIGN",
            help="Between CSV cells: comma, semicolon or tab (default: what spreadsheets in that language expect).",
        ),
    ] = None,
    files: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Download the registrants' files instead, one folder per reference."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Continue an interrupted export.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file, or discard an interrupted export.")] = False,
    jobs: Annotated[
        int | None, typer.Option(min=1, max=_MOST_JOBS, metavar="N", help="Read with at most this many processes.")
    ] = None,
) -> None:
    """Write submissions to a file or to stdout, newest first unless you sort them.

    CSV, TSV and Excel have the form's labels as headings, so each file is for one form. JSON and
    JSON lines have what `list --json` prints, for one form or all of them. Parquet has typed
    columns. The file appears when it is complete. If an export is interrupted, continue it with
    --resume. --files downloads the files of the same submissions; run it again to continue.

    Examples:
      rollcall export registrations.csv --form registration
      rollcall export registrations.xlsx --form registration --status confirmed --language sv
      rollcall export registrations.csv --form registration --delimiter semicolon
      rollcall export class.xlsx --form registration --option first-robot --columns name,age,phone --sort name
      rollcall export registrations.csv --resume
      rollcall export --form registration --columns reference,participant,course | head
      rollcall export --format jsonl --since 7d | jq -r .email
      rollcall export --form registration --files downloads
    """
    from admin_cli.export import options  # noqa: PLC0415 - only when it is asked for
    from admin_cli.export.delimiters import read_delimiter  # noqa: PLC0415

    services = of(ctx)

    def choose(stack: Stack) -> Selection:
        return selection(
            lambda: stack.forms,
            form=form,
            status=status,
            since=since,
            until=until,
            option=option,
            label=label,
            versions_of=stack.versions_of,
        )

    if files is not None:
        _files(services, choose, files, sheet=file != "-" or any((format_, columns, sort, language, resume)))
        return
    names = None if columns is None else [name.strip() for name in columns.split(",") if name.strip()]
    if names == []:
        stack = services.stack()
        options.name_columns(services, choose(stack), stack)
        return
    requested = options.Options(
        file, format_, names, language, read_delimiter(delimiter), sort, resume, force, jobs or _default_jobs()
    )
    options.export(services, requested, choose)


def _files(services: Services, choose: Callable[[Stack], Selection], folder: Path, *, sheet: bool) -> None:
    """Download the files of a selection. sheet: whether options ask for a sheet, which takes a command of its own."""
    from admin_cli.files.downloads import save_all  # noqa: PLC0415 - only for files

    if sheet:
        raise CliError("--files only downloads files. Export the sheet with another command.", exit_code=ExitCode.USAGE)
    stack = services.stack()
    submissions = (one for one in stack.query().select(choose(stack)) if one.files)
    save_all(services, submissions, folder)


def _default_jobs() -> int:
    """One process per CPU, at least 2: while one waits for AWS, the other works."""
    return min(_MOST_DEFAULT_JOBS, max(2, os.cpu_count() or 1))
