"""`rollcall import`: adds submissions from a file, such as those that came on paper."""

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
from admin_cli.forms.seats import forms_of
from admin_cli.imports.columns import row_and_line
from admin_cli.imports.csv_file import CsvFile
from admin_cli.imports.plan import Import, rows_of
from admin_cli.services import of
from admin_cli.submissions.bulk import for_each
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command, verb
from registration_core.domain.filters import the_form
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
    typer.Option("--form", metavar="FORM", help="The form that the rows answer.", autocompletion=completion.forms),
]
Mail = Annotated[
    bool,
    typer.Option(
        "--mail", help="Mail registrants and staff as if each row had been sent from the page (default: nobody)."
    ),
]


@app.command(cls=Command)
def import_file(
    ctx: typer.Context, file: File, *, form: OfForm, mail: Mail = False, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Import submissions from a CSV file, by the rules of the form's own page.

    The first row names the columns: the form's fields (rollcall forms show FORM), their labels, or
    both as an export writes them. Give an option by its value or its label, several with semicolons
    or commas between them, and consent as yes or no. All mistakes are reported before anything is
    written, each with its row, line and column.

    Rows take seats as on the page: if none is free, a row gets a ticket on the waiting list. The
    import mails nobody unless you add --mail; what happens later, such as a promotion or a
    cancellation, is always mailed. Importing the same file again adds nothing, even after an
    interruption. You can import an export of Rollcall's own: rows that are cancelled, spam or
    erased are left out. A column submitted_at keeps each submission's date.

    Examples:
      rollcall import spring.csv --form registration --dry-run
      rollcall import spring.csv --form registration
      rollcall import spring.csv --form registration --mail --yes
      rollcall import - --form contact --yes < letters.csv
    """
    services = of(ctx)
    if file == STDIN and not yes and not dry_run:
        raise CliError(
            "The rows come from standard input, so the command can't ask you to confirm.",
            hint="Add --yes or --dry-run.",
            exit_code=ExitCode.USAGE,
        )
    with _opened(services, file) as (stream, name):
        rows = CsvFile(stream, name)
        act = begin(services, yes=yes, dry_run=dry_run)
        plan = Import(act, the_form(forms_of(act.stack), form), rows, name)
        new = plan.new_rows()
        plan.tell(new)
        if len(new) and act.agreed(f"import {rows_of(len(new))} into {form}, {'with' if mail else 'without'} mails"):
            _import(act, plan, new, mails=mail)


@contextlib.contextmanager
def _opened(services: Services, file: str) -> Iterator[tuple[BinaryIO, str]]:
    """Open the file for several readings, and give its name as messages call it. Raises CliError."""
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
    with tempfile.TemporaryFile() as copy:
        binary = getattr(services.stdin, "buffer", None)
        if binary is None:
            copy.write(services.stdin.read().encode())
        else:
            shutil.copyfileobj(binary, copy)
        yield copy, "standard input"


def _import(act: Act, plan: Import, new: NewRows, *, mails: bool) -> None:
    statuses: Counter[Status | None] = Counter()

    def import_row(candidate: Candidate) -> None:
        receipt = plan.intake.take(plan.form, candidate, by=act.by, mails=mails)
        statuses[None if receipt.repeated else receipt.status] += 1

    def name(candidate: Candidate) -> str:
        return row_and_line(candidate.row.row, candidate.row.line)

    for_each(act, new, import_row, name=name, done="imported", what="rows")
    skipped, waitlisted = statuses.pop(None, 0), statuses[Status.WAITLISTED]
    on_waiting_list = f", {waitlisted:,} of them on the waiting list" if waitlisted else ""
    mailed = "The mails are on their way" if mails else "Nobody was mailed"
    act.say(f"{rows_of(statuses.total())} imported{on_waiting_list}. {mailed}.")
    if skipped:
        act.say(f"{rows_of(skipped)} skipped: someone else added the same while the import ran.")
