"""`rollcall files`: the files that a registrant sent."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.services import of
from admin_cli.submissions.lookup import Entry, check_spelling, look_up
from admin_cli.terminal.help import Command, verb
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from registration_core.domain.file_kinds import REASONS
from registration_core.domain.files import megabytes, missing_files
from registration_core.domain.records import file_record

if TYPE_CHECKING:
    from admin_cli.services import Services
    from admin_cli.terminal.values import Value
    from registration_core.domain.files import StoredFile
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Submission

app = verb()

FIELDS = ("id", "field", "name", "size", "state", "at", "kind", "digest", "reason")
COLUMNS = (
    Column("QUESTION"),
    Column("NAME", narrowest=16),
    Column("SIZE", number=True),
    Column("STATE"),
    Column("WHEN"),
)


@app.command(cls=Command)
def files(
    ctx: typer.Context,
    entry: Entry,
    *,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Download the files into a folder of this one.")
    ] = None,
    unchecked: Annotated[
        bool, typer.Option("--unchecked", help="Also download what could not be checked for viruses.")
    ] = False,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """List the files that a registrant sent, or download them.

    --save makes a folder named after the reference, and leaves files that are there already alone.
    A file that is being checked for viruses can't be downloaded yet. If the check failed, it is
    unchecked: look at the function's log first, and use --unchecked only if you trust the sender.
    Refused files are deleted; the list says why.

    Examples:
      rollcall files K7QM-3XTP
      rollcall files K7QM-3XTP --save downloads
      rollcall files K7QM-3XTP --json name,size,state
    """
    services = of(ctx)
    output = services.output
    names = requested_fields(output, json, FIELDS)
    check_spelling(entry)
    stack = services.stack()
    submission = look_up(lambda: stack, entry).submission
    if save is not None:
        _save(services, submission, save, unchecked=unchecked)
    elif names is not None:
        output.json([pick(file_record(file), names) for file in submission.files])
    elif files := [
        *(row(file, datetime.now(UTC)) for file in submission.files),
        *missing_rows(stack.forms.get(submission.form), submission),
    ]:
        output.rows(COLUMNS, files)
    else:
        output.tell("No files were sent with this submission.")


def row(file: StoredFile, now: datetime) -> list[Value]:
    """Return a file's line. A refused one says why."""
    state = f"refused: {REASONS.get(file.reason, file.reason)}" if file.reason else file.shown_state(now)
    return [file.field, file.name, megabytes(file.size), state, file.at]


def missing_rows(form: Form | None, submission: Submission) -> list[list[Value]]:
    """Return a line for each question whose required file hasn't arrived. form: None if the stack has it no more."""
    missing = missing_files(form, submission) if form is not None else ()
    return [[field.name, None, None, "not sent yet", None] for field in missing]


def _save(services: Services, submission: Submission, folder: Path, *, unchecked: bool) -> None:
    from admin_cli.files.downloads import save_all  # noqa: PLC0415 - only for downloads

    save_all(services, [submission], folder, unchecked=unchecked)
