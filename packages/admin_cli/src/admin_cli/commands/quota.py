"""`rollcall quota`: places, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli import completing
from admin_cli.acting import DryRun, Yes, begin
from admin_cli.errors import CliError
from admin_cli.fields import JsonOption, pick, wanted
from admin_cli.formsets import the_form
from admin_cli.helping import Command, noun
from admin_cli.places import FormArgument, OptionArgument, forms_of, place_of, said
from admin_cli.services import of
from admin_cli.table import Column
from admin_cli.values import for_person, iso
from registration_core.adapters.option_files import MOST_SEATS
from registration_core.domain.errors import QuotaChangedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.acting import Act
    from admin_cli.output import Output
    from admin_cli.values import Value
    from registration_core.domain.quota import QuotaState

app = noun("""
See how the places of each option stand, and change how many there are.

Examples:
  rollcall quota list
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
        typer.Option(metavar="FORM", help="Only this form's options.", autocompletion=completing.forms),
    ] = None,
    json: JsonOption = None,
) -> None:
    """Print each counted option with its capacity, the places taken, and who waits.

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
        services.output.note(f"No places are counted{f' in the form {form}' if form else ''}.")


def _print(output: Output, states: Sequence[QuotaState]) -> None:
    """Print a line for each; on a terminal with a bar that shows how full it is."""
    if not output.on_terminal:
        output.rows(COLUMNS, [_row(state) for state in states])
        return
    from admin_cli.bars import bar  # noqa: PLC0415 - only a terminal draws

    def full(state: QuotaState) -> str:
        share = min(1.0, state.taken / state.capacity) if state.capacity else 1.0
        return bar(share, _BAR_CELLS, blocks=output.has_blocks) + (" full" if state.left == 0 else "")

    output.rows((*COLUMNS, FULLNESS), [[*_row(state), full(state)] for state in states])


@app.command("set", cls=Command)
def set_quota(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionArgument,
    places: Annotated[int, typer.Argument(metavar="N", min=0, max=MOST_SEATS, help="How many places there are.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Give an option another number of places.

    More places: those who wait move up, where the form's waiting list is automatic, and are told by mail. Fewer than
    are taken: nobody loses theirs, and none is given out until enough have left.

    Who set it last, and when, is kept with the option. When someone else set another number while you were asked,
    nothing is changed, and you are told.

    Examples:
      rollcall quota set registration first-robot 14 --dry-run
      rollcall quota set registration first-robot 14
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = place_of(act.stack, form, option)
    if before.capacity == places:
        act.say(f"{said(before)} already.")
    elif act.agreed(f"give {form} {option} {places} places instead of {before.capacity}"):
        act.say(f"{said(_set(act, before, places))} now.")


def _set(act: Act, before: QuotaState, places: int) -> QuotaState:
    """Set the number of places. Raises CliError when someone else did meanwhile."""
    try:
        return act.stack.manage().set_capacity(
            before.form, before.option, places, by=act.by, instead_of=before.capacity
        )
    except QuotaChangedError as error:
        when = f", {for_person(error.now.set_at)}" if error.now.set_at else ""
        by = f" by {error.now.set_by}" if error.now.set_by else ""
        raise CliError(
            f"{before.form} {before.option} was given {error.now.capacity} places{by} meanwhile{when}; it had "
            f"{before.capacity} when you looked. Nothing was changed.",
            hint="Look, then decide anew: rollcall quota list",
        ) from error


def _row(state: QuotaState) -> list[Value]:
    return [state.form, state.option, state.capacity, state.taken, state.waiting]


def _record(state: QuotaState) -> dict[str, object]:
    set_at = iso(state.set_at) if state.set_at else None
    return dict(zip(FIELDS, [*_row(state), state.set_by, set_at], strict=True))
