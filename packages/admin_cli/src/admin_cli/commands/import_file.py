"""`rollcall import`: submissions that came on paper, or from elsewhere, taken in from a file."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import the_form
from admin_cli.forms.seats import forms_of
from admin_cli.imports.columns import row_and_line
from admin_cli.imports.csv_file import CsvFile
from admin_cli.imports.plan import Import, rows_of
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command, verb
from registration_core.domain.submission import Status

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from admin_cli.confirmation import Act
    from admin_cli.imports.plan import NewRows
    from admin_cli.services import Services
    from registration_core.services.intake import Candidate

app = verb()

STDIN = "-"

File = Annotated[str, typer.Argument(metavar="FILE.csv", help="The file; - reads standard input.")]
OfForm = Annotated[
    str,
    typer.Option(
        "--form", metavar="FORM", help="The form that the rows are answers to.", autocompletion=completion.forms
    ),
]
Mail = Annotated[
    bool,
    typer.Option("--mail", help="Mail registrants and staff as if each had been sent by the page (default: nobody)."),
]


@app.command(cls=Command)
def import_file(
    ctx: typer.Context, file: File, *, form: OfForm, mail: Mail = False, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Take submissions in from a CSV file, by the rules of the form's own page.

    The first row names the columns: the form's fields (rollcall forms show FORM), their labels, or both as an export
    writes them. Options are written as their value or their label, several with semicolons or commas between them;
    consent as yes or no. All wrong rows are told, with row, line and column, before anything is written.

    Seats are taken as on the page: where none is free, a row gets a number on the waiting list. Nobody is mailed of
    their coming unless you say --mail; what happens later (a seat that frees, a cancellation) is mailed in any case.
    The same file again adds nothing, also when the first time was interrupted. An export of Rollcall's own may be taken
    in: rows that are cancelled, spam or erased are left out. A column submitted_at keeps the date of each entry.

    Examples:
      rollcall import spring.csv --form registration --dry-run
      rollcall import spring.csv --form registration
      rollcall import spring.csv --form registration --mail --yes
      rollcall import - --form contact --yes < letters.csv
    """
    services = of(ctx)
    if file == STDIN and not yes and not dry_run:
        raise CliError(
            "Standard input holds the rows, so nobody can be asked.",
            hint="Add --yes or --dry-run.",
            exit_code=ExitCode.USAGE,
        )
    with _opened(services, file) as (stream, name):
        rows = CsvFile(stream, name)
        act = begin(services, yes=yes, dry_run=dry_run)
        taking = Import(act, the_form(forms_of(act.stack), form), rows, name)
        new = taking.new_rows()
        taking.tell(new)
        if len(new) and act.agreed(f"import {rows_of(len(new))} into {form}, {'with' if mail else 'without'} mails"):
            _take(act, taking, new, mails=mail)


@contextlib.contextmanager
def _opened(services: Services, file: str) -> Iterator[tuple[BinaryIO, str]]:
    """Open the file, which is read several times, and give its name as sentences call it. Raises CliError."""
    if file != STDIN:
        try:
            with Path(file).open("rb") as stream:
                yield stream, file
        except OSError as error:
            code = ExitCode.NOT_FOUND if isinstance(error, FileNotFoundError) else ExitCode.FAILURE
            raise CliError(f"{file} cannot be read: {error.strerror}.", exit_code=code) from error
        return
    if services.stdin is None:
        raise CliError("There is no standard input to read.", exit_code=ExitCode.USAGE)
    with tempfile.TemporaryFile() as kept:
        binary = getattr(services.stdin, "buffer", None)
        if binary is None:
            kept.write(services.stdin.read().encode())
        else:
            shutil.copyfileobj(binary, kept)
        yield kept, "standard input"


def _take(act: Act, taking: Import, new: NewRows, *, mails: bool) -> None:
    came: Counter[Status | None] = Counter()

    def take(candidate: Candidate) -> None:
        receipt = taking.intake.take(taking.form, candidate, by=act.by, mails=mails)
        came[None if receipt.repeated else receipt.status] += 1

    def name(candidate: Candidate) -> str:
        return row_and_line(candidate.row.row, candidate.row.line)

    for_each(act, new, take, name=name, done="imported", what="rows")
    meanwhile, waiting = came.pop(None, 0), came[Status.WAITLISTED]
    wait = f", {waiting:,} of them on the waiting list" if waiting else ""
    told = "they are mailed now" if mails else "nobody was mailed"
    act.say(f"{rows_of(came.total())} imported{wait}; {told}.")
    if meanwhile:
        act.say(f"{rows_of(meanwhile)} came by another way meanwhile.")
