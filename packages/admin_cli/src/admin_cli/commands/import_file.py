"""`rollcall import`: submissions that came on paper, or from elsewhere, taken in from a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli import completing
from admin_cli.acting import DryRun, Yes, begin
from admin_cli.bulk import for_each
from admin_cli.csv_columns import Sheet, read_columns, read_rows
from admin_cli.csv_file import read_csv
from admin_cli.errors import CliError, ExitCode
from admin_cli.escape import plain
from admin_cli.formsets import the_form
from admin_cli.helping import Command, verb
from admin_cli.places import forms_of
from admin_cli.progress import Progress
from admin_cli.services import of
from registration_core.domain.submission import Status
from registration_core.services.intake import InvalidRowsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.acting import Act
    from admin_cli.services import Services
    from registration_core.domain.forms import Form
    from registration_core.domain.submission import Receipt
    from registration_core.services.intake import Candidate, IntakeService

app = verb()

STDIN = "-"

File = Annotated[str, typer.Argument(metavar="FILE.csv", help="The file; - reads standard input.")]
OfForm = Annotated[
    str,
    typer.Option(
        "--form", metavar="FORM", help="The form that the rows are answers to.", autocompletion=completing.forms
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

    The first row names the columns: the form's fields (rollcall forms show FORM) or their labels. Options are written
    as their value or their label, several with commas or semicolons between them; consent as yes or no. All wrong rows
    are told, with line and column, before anything is written.

    Places are taken as on the page: where none is free, a row gets a number on the waiting list. Nobody is mailed of
    their coming unless you say --mail; what happens later (a place that frees, a cancellation) is mailed in any case.
    The same file again adds nothing, also when the first time was interrupted. An export of Rollcall's own may be taken
    in: rows that are cancelled, spam or erased are left out.

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
    act = begin(services, yes=yes, dry_run=dry_run)
    definition = the_form(forms_of(act.stack), form)
    intake = act.stack.intake()
    sheet, candidates = _checked(act, intake, definition, *_read(services, file))
    new = _new(act, intake, definition, candidates)
    _tell(act, definition, sheet, candidates, new)
    if not new:
        act.say("Nothing is left to import.")
        return
    if act.agreed(f"import {_rows(len(new))} into {form}, {'with' if mail else 'without'} mails"):
        _take(act, intake, definition, new, mails=mail)


def _read(services: Services, file: str) -> tuple[bytes, str]:
    """Give the file's content, and its name as sentences call it. Raises CliError."""
    if file != STDIN:
        try:
            return Path(file).read_bytes(), file
        except OSError as error:
            code = ExitCode.NOT_FOUND if isinstance(error, FileNotFoundError) else ExitCode.FAILURE
            raise CliError(f"{file} cannot be read: {error.strerror}.", exit_code=code) from error
    if services.stdin is None:
        raise CliError("There is no standard input to read.", exit_code=ExitCode.USAGE)
    binary = getattr(services.stdin, "buffer", None)
    content: bytes = services.stdin.read().encode() if binary is None else binary.read()
    return content, "standard input"


def _checked(
    act: Act, intake: IntakeService, form: Form, content: bytes, name: str
) -> tuple[Sheet, Sequence[Candidate]]:
    """Read and check the whole file. Raises CliError when any row cannot be taken, and tells each before."""
    read = read_csv(content, name)
    columns = read_columns(form, read.header, name)
    sheet = read_rows(form, read, columns)
    wrong, candidates = list(sheet.wrong), []
    try:
        candidates = intake.check(form, sheet.rows)
    except InvalidRowsError as error:
        wrong += error.wrong
    if wrong:
        for each in sorted(wrong, key=lambda each: each.line):
            act.say(plain(f"{name}, {columns.where(each)}: {each.message}"))
        many = len({each.line for each in wrong})
        raise CliError(
            f"{_rows(many)} of {len(read.records):,} cannot be taken; nothing was imported.",
            hint=f"What the form asks: rollcall forms show {form.name}",
        )
    return sheet, candidates


def _new(act: Act, intake: IntakeService, form: Form, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Give those that are not there yet."""
    new = []
    with Progress(act.services.output, "rows compared", total=len(candidates)) as progress:
        for candidate in candidates:
            if intake.known(form, candidate) is None:
                new.append(candidate)
            progress.advance()
    return new


def _tell(act: Act, form: Form, sheet: Sheet, candidates: Sequence[Candidate], new: Sequence[Candidate]) -> None:
    """Say what of the file is taken, what is not and why, and who would wait."""
    if sheet.columns.passed_over:
        act.say(plain(f"  not imported, for Rollcall makes them anew: {', '.join(sheet.columns.passed_over)}"))
    for status, many in sorted(sheet.left_out.items()):
        act.say(f"  {_rows(many)} left out: {status}")
    if len(candidates) > len(new):
        act.say(f"  {_rows(len(candidates) - len(new))} there already")
    wanted = Counter(candidate.option for candidate in new if candidate.option is not None)
    for state in act.stack.query().quotas(form) if wanted else ():
        if many := wanted[state.option]:
            waiting = max(0, many - state.left)
            told = f", {waiting:,} would wait" if waiting else ""
            act.say(f"  {state.option}: {_rows(many)}, {state.left:,} of its places free{told}")


def _take(act: Act, intake: IntakeService, form: Form, new: Sequence[Candidate], *, mails: bool) -> None:
    receipts: list[Receipt] = []

    def take(candidate: Candidate) -> None:
        receipts.append(intake.take(form, candidate, by=act.by, mails=mails))

    for_each(act, new, take, name=lambda each: f"line {each.row.line}", done="imported", what="rows")
    stored = [receipt for receipt in receipts if not receipt.repeated]
    waiting = sum(receipt.status is Status.WAITLISTED for receipt in stored)
    wait = f", {waiting:,} of them on the waiting list" if waiting else ""
    told = "they are mailed now" if mails else "nobody was mailed"
    act.say(f"{_rows(len(stored))} imported{wait}; {told}.")
    if len(stored) < len(receipts):
        act.say(f"{_rows(len(receipts) - len(stored))} came by another way meanwhile.")


def _rows(many: int) -> str:
    return f"{many:,} row{'' if many == 1 else 's'}"
