"""`rollcall attendance`: who is expected on a day, and who came."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.parameters import FormArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.services import of
from admin_cli.submissions.columns import ColumnsOption, ListColumns
from admin_cli.submissions.days import read_day
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import ensure_asked, json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from registration_core.domain.attendance import check_in_of
from registration_core.domain.filters import the_form
from registration_core.domain.records import FIELDS as SUBMISSION_FIELDS
from registration_core.domain.records import iso, record

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from admin_cli.submissions.columns import ListColumn
    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.attendance import AttendanceList
    from registration_core.domain.submission import Submission

app = verb()

FIELDS = (*SUBMISSION_FIELDS, "days")
_DEFAULT_COLUMNS = "name,reference"


@app.command(cls=Command)
def attendance(
    ctx: typer.Context,
    form: FormArgument,
    option: Annotated[
        str | None,
        typer.Argument(
            metavar="OPTION",
            help="The option: its value or its label. Without one, everyone of the form.",
            autocompletion=completion.options,
        ),
    ] = None,
    *,
    day: Annotated[
        list[str] | None,
        typer.Option(
            "--day", metavar="DAY", help="today (the default), yesterday, tomorrow or 2026-03-01; repeatable."
        ),
    ] = None,
    columns: ColumnsOption = None,
    language: Annotated[
        str | None, typer.Option(metavar="LANGUAGE", help="Of the page or the spreadsheet (default: the form's first).")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page to print, with boxes to tick.")
    ] = None,
    xlsx: Annotated[Path | None, typer.Option(metavar="FILE", help="Write an Excel file that prints on A4.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print whom to expect on a day, in the order of their names, and who is checked in.

    Confirmed submissions are listed. Each --day gets a column, or a box to tick on paper. --columns
    adds answers, such as a guardian's phone number; choose only what you need, because paper gets
    lost. --html writes one file: open it in a browser and print it, or save it as PDF.

    Examples:
      rollcall attendance registration first-robot
      rollcall attendance registration first-robot --day tomorrow --html saturday.html
      rollcall attendance registration first-robot --day 2027-01-16 --day 2027-01-23 --xlsx list.xlsx
      rollcall attendance registration first-robot --columns name,phone,labels
      rollcall attendance registration first-robot --json name,days
    """
    from admin_cli.export.output_file import ensure_writable, write_whole  # noqa: PLC0415 - only for files

    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, FIELDS)
    files = [path for path in (html, xlsx) if path is not None]
    _check(files, language, force=force, json=names is not None)
    for written in day or ():
        read_day(written, datetime.now(UTC).date())  # report a mistake before calling the stack
    stack = services.stack()
    definition = the_form(stack.forms, form)
    ensure_asked(names or (), stack, form)
    service = stack.attendance()
    today = service.today(form)
    days = sorted({read_day(written, today) for written in day or ["today"]})
    list_columns = ListColumns(stack.forms, form, rank=lambda _submission: None)
    if columns is not None and not columns.replace(",", "").strip():
        for name in list_columns.names:
            output.line(name)
        return
    chosen = list_columns.chosen(columns or _DEFAULT_COLUMNS)
    if language is not None and language not in definition.languages:
        raise CliError(
            f"The form {form} has no texts in {language!r}. There are: {', '.join(definition.languages)}.",
            exit_code=ExitCode.USAGE,
        )
    for path in files:
        ensure_writable(services, path, force=force)
    listed = service.list(form, option, days[0])
    if files:
        from admin_cli.attendance.paper_list import paper_list  # noqa: PLC0415 - only for paper

        paper = paper_list(listed, days, chosen, language or definition.languages[0])
        if html is not None:
            from admin_cli.attendance.page import attendance_page  # noqa: PLC0415 - Jinja2; only for a page

            write_whole(html, attendance_page(paper))
        if xlsx is not None:
            from admin_cli.attendance.sheet import attendance_sheet  # noqa: PLC0415 - only for a spreadsheet

            write_whole(xlsx, attendance_sheet(paper))
        output.note(f"{_people(len(listed.people))}. {', '.join(map(str, files))}")
    elif names is not None:
        output.json([pick(_record(listed, person, days), names) for person in listed.people])
    else:
        _print(output, listed, days, chosen)


def _check(files: Sequence[Path], language: str | None, *, force: bool, json: bool) -> None:
    """Raise CliError for options that don't go together."""
    if files and json:
        raise CliError("Give either --json or a file, not both.", exit_code=ExitCode.USAGE)
    if not files and (force or language is not None):
        raise CliError("--language and --force are only for --html and --xlsx.", exit_code=ExitCode.USAGE)


def _print(output: Output, listed: AttendanceList, days: Sequence[date], columns: Sequence[ListColumn]) -> None:
    looks = [*(column.look for column in columns), *(Column(str(day)) for day in days)]

    def row(person: Submission) -> list[Value]:
        cells = [column.cell(person, for_person=output.on_terminal) for column in columns]
        made = (check_in_of(person, day) for day in days)
        return [*cells, *(None if check_in is None else check_in.at for check_in in made)]

    if listed.people:
        output.rows(looks, map(row, listed.people))
    here = ", ".join(
        f"{sum(check_in_of(person, day) is not None for person in listed.people)} checked in on {day}" for day in days
    )
    output.note(f"{_people(len(listed.people))}, {here}." if listed.people else "Nobody is confirmed.")


def _record(listed: AttendanceList, person: Submission, days: Sequence[date]) -> dict[str, object]:
    made = {day: check_in_of(person, day) for day in days}
    return record(person, name=listed.form.name_in(person.answers), rank=None) | {
        "days": [
            {
                "day": day.isoformat(),
                "at": None if check_in is None else iso(check_in.at),
                "by": None if check_in is None else check_in.by,
            }
            for day, check_in in made.items()
        ]
    }


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
