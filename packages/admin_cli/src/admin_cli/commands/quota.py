"""`rollcall quota`: seats, how many there are, and who waits for one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import the_form
from admin_cli.forms.parameters import FormArgument, OptionArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.forms.seats import forms_of, said, seats_of
from admin_cli.services import of
from admin_cli.submissions.columns import ColumnsOption  # noqa: TC001 - Typer reads the annotations
from admin_cli.submissions.listing import JsonLines, TableOption, Wanted, printer
from admin_cli.submissions.promotions import say_promoted, say_promotions_to_come
from admin_cli.submissions.records import FIELDS as FIELDS_OF_ENTRIES
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.json_fields import json_option, pick, wanted
from admin_cli.terminal.table import Column
from admin_cli.terminal.values import for_person, iso
from registration_core.domain.errors import QuotaChangedError
from registration_core.domain.fields import FieldType
from registration_core.domain.quota import Waitlist
from rollcall_build.forms.options import MOST_SEATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.confirmation import Act
    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import Told

app = noun("""
See how the seats of each option stand and who waits for one, and change how many there are.

Examples:
  rollcall quota list
  rollcall quota waiting registration first-robot
  rollcall quota set registration first-robot 14
""")

FIELDS = ("form", "option", "capacity", "taken", "waiting", "set_by", "set_at")
COLUMNS = (
    Column("FORM"),
    Column("OPTION"),
    Column("CAPACITY", number=True),
    Column("TAKEN", number=True),
    Column("WAITING", number=True),
)
FULLNESS = Column("", optional=True)
_BAR_CELLS = 12


@app.command("list", cls=Command)
def list_quotas(
    ctx: typer.Context,
    *,
    form: Annotated[
        str | None,
        typer.Option(metavar="FORM", help="Only this form's options.", autocompletion=completion.forms),
    ] = None,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print each counted option with its capacity, the seats taken, and how many wait.

    With --json also who of the staff set the capacity last, and when.

    Examples:
      rollcall quota list
      rollcall quota list --form registration --json option,taken,capacity
    """
    services = of(ctx)
    names = wanted(services.output, json, FIELDS)
    stack = services.stack()
    forms = forms_of(stack)
    chosen = forms.values() if form is None else [the_form(forms, form)]
    query = stack.query()
    states = [state for each in chosen for state in query.quotas(each)]
    if names is not None:
        services.output.json([pick(_record(state), names) for state in states])
    elif states:
        _print(services.output, states)
    else:
        services.output.note(f"No seats are counted{f' in the form {form}' if form else ''}.")


def _print(output: Output, states: Sequence[QuotaState]) -> None:
    """Print a line for each; on a terminal with a bar that shows how full it is."""
    if not output.on_terminal:
        output.rows(COLUMNS, [_row(state) for state in states])
        return
    from admin_cli.terminal.bars import bar  # noqa: PLC0415 - only a terminal draws

    def full(state: QuotaState) -> str:
        share = min(1.0, state.taken / state.capacity) if state.capacity else 1.0
        return bar(share, _BAR_CELLS, blocks=output.has_blocks) + (" full" if state.left == 0 else "")

    output.rows((*COLUMNS, FULLNESS), [[*_row(state), full(state)] for state in states])


@app.command("waiting", cls=Command)
def waiting(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionArgument,
    *,
    columns: ColumnsOption = None,
    table: TableOption = False,
    json: Annotated[str | None, json_option(FIELDS_OF_ENTRIES)] = None,
    jsonl: JsonLines = False,
) -> None:
    """Print who waits for an option, the next in line first, with their telephone numbers.

    RANK is their position now, TICKET the number that they were given. --table prints the table in a pipe too,
    with its heading: for a printer. --columns chooses other columns, as in `rollcall list`.

    Examples:
      rollcall quota waiting registration first-robot
      rollcall quota waiting registration first-robot --table | lp
      rollcall quota waiting registration first-robot --columns rank,name,guardian,phone
      rollcall quota waiting registration first-robot --json rank,name,email,answers.phone
    """
    services = of(ctx)
    output = services.output.for_paper() if table else services.output
    names = wanted(output, json, FIELDS_OF_ENTRIES)
    stack = services.stack()
    state = seats_of(stack, form, option)
    telephones = [field.name for field in stack.forms[form].fields if field.type is FieldType.PHONE]
    usual = ",".join(["rank", "position", "name", *(f"answers.{name}" for name in telephones), "email", "reference"])
    shown = printer(output, stack, Wanted(names, jsonl, usual if columns is None else columns), form=form)
    shown.print(stack.query().waiting(form, option), nothing=f"Nobody waits for {form} {option}.")
    if names is None and not jsonl:
        output.note(f"{said(state)}.")


@app.command("set", cls=Command)
def set_quota(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionArgument,
    seats: Annotated[str, typer.Argument(metavar="N|+N", help="How many seats there are, or how many more.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Give an option another number of seats.

    More seats: those who wait are promoted and mailed, where the form's waiting list is automatic; it says who.
    Fewer than are taken: nobody loses theirs, and none is given out until enough have left. +5 gives five more than
    there are.

    Who set it last, and when, is kept with the option. When someone else set another number while you were asked,
    nothing is changed, and you are told.

    Examples:
      rollcall quota set registration first-robot 14 --dry-run
      rollcall quota set registration first-robot 14
      rollcall quota set registration first-robot +2
    """
    by = _read(seats)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = seats_of(act.stack, form, option)
    after = by.capacity(before.capacity)
    if before.capacity == after:
        act.say(f"{said(before)} already.")
        return
    _say_what_comes(act, before, after)
    if act.agreed(f"give {form} {option} {_seats(after)} instead of {before.capacity}"):
        promoted: list[Submission] = []
        act.say(f"{said(_set(act, before, after, promoted=promoted.append))} now.")
        say_promoted(act, promoted)


class Wish(NamedTuple):
    """How many seats there are to be. more: beside those that there are."""

    seats: int
    more: bool

    def capacity(self, now: int) -> int:
        """Give the number of seats. Raises CliError for more than there may be."""
        wanted = now + self.seats if self.more else self.seats
        if wanted > MOST_SEATS:
            raise CliError(f"An option has up to {MOST_SEATS} seats, not {wanted}.", exit_code=ExitCode.USAGE)
        return wanted


def _read(text: str) -> Wish:
    """Read `14` or `+2`. Raises CliError."""
    more = text.startswith("+")
    number = text.removeprefix("+")
    if not (number.isascii() and number.isdecimal()) or len(number) > len(str(MOST_SEATS)):
        raise CliError(
            f"{text!r} is no number of seats: write one such as 14, up to {MOST_SEATS}, or +2 for two more.",
            exit_code=ExitCode.USAGE,
        )
    return Wish(int(number), more)


def _say_what_comes(act: Act, before: QuotaState, after: int) -> None:
    """Say who is promoted, or why nobody is though somebody waits."""
    promoted = act.stack.manage().would_be_promoted(before.form, before.option, capacity=after)
    say_promotions_to_come(act, promoted)
    quota = act.stack.forms[before.form].quota
    by_hand = quota is not None and quota.waitlist is Waitlist.MANUAL
    if by_hand and before.waiting and after > before.taken:
        act.say(
            "  nobody is promoted by itself; give out the seats afterwards: "
            f"rollcall status promote {before.form} {before.option}"
        )
    if after < before.taken:
        act.say(f"  {before.taken - after} more than that are taken already; nobody loses theirs")


def _seats(many: int) -> str:
    return "1 seat" if many == 1 else f"{many} seats"


def _set(act: Act, before: QuotaState, seats: int, *, promoted: Told) -> QuotaState:
    """Set the number of seats. Raises CliError when someone else did meanwhile."""
    try:
        return act.stack.manage().set_capacity(
            before.form, before.option, seats, by=act.by, instead_of=before.capacity, promoted=promoted
        )
    except QuotaChangedError as error:
        when = f", {for_person(error.now.set_at)}" if error.now.set_at else ""
        by = f" by {error.now.set_by}" if error.now.set_by else ""
        raise CliError(
            f"{before.form} {before.option} was given {error.now.capacity} seats{by} meanwhile{when}; it had "
            f"{before.capacity} when you looked. Nothing was changed.",
            hint="Look, then decide anew: rollcall quota list",
        ) from error


def _row(state: QuotaState) -> list[Value]:
    return [state.form, state.option, state.capacity, state.taken, state.waiting]


def _record(state: QuotaState) -> dict[str, object]:
    set_at = iso(state.set_at) if state.set_at else None
    return dict(zip(FIELDS, [*_row(state), state.set_by, set_at], strict=True))
