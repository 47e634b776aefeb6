"""`rollcall quota`: places, and how many there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.acting import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.fields import JsonOption, pick, wanted
from admin_cli.formsets import the_form
from admin_cli.helping import Command, noun
from admin_cli.services import of
from admin_cli.table import Column
from registration_core.adapters.option_files import MOST_SEATS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from registration_core.domain.quota import QuotaState

app = noun("""
See how the places of each option stand, and change how many there are.

Examples:
  rollcall quota list
  rollcall quota set registration first-robot 14
""")

FIELDS = ("form", "option", "capacity", "taken", "waiting")
COLUMNS = (Column("FORM"), Column("OPTION"), Column("CAPACITY"), Column("TAKEN"), Column("WAITING"))


@app.command("list", cls=Command)
def list_quotas(
    ctx: typer.Context,
    *,
    form: Annotated[str | None, typer.Option(metavar="FORM", help="Only this form's options.")] = None,
    json: JsonOption = None,
) -> None:
    """Print each counted option with its capacity, the places taken, and who waits.

    Examples:
      rollcall quota list
      rollcall quota list --form registration --json option,taken,capacity
    """
    services = of(ctx)
    names = wanted(services.output, json, FIELDS)
    stack = services.stack()
    forms = _forms(stack)
    chosen = forms.values() if form is None else [the_form(forms, form)]
    query = stack.query()
    states = [state for each in chosen for state in query.quotas(each)]
    if names is not None:
        services.output.json([pick(_record(state), names) for state in states])
    elif states:
        services.output.rows(COLUMNS, [list(_record(state).values()) for state in states])
    else:
        services.output.note(f"No places are counted{f' in the form {form}' if form else ''}.")


@app.command("set", cls=Command)
def set_quota(
    ctx: typer.Context,
    form: Annotated[str, typer.Argument(metavar="FORM", help="The form's name, such as registration.")],
    option: Annotated[str, typer.Argument(metavar="OPTION", help="The option, as `quota list` prints it.")],
    places: Annotated[int, typer.Argument(metavar="N", min=0, max=MOST_SEATS, help="How many places there are.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Give an option another number of places.

    More places: those who wait move up, where the form's waiting list is automatic, and are told by mail. Fewer than
    are taken: nobody loses theirs, and none is given out until enough have left.

    Examples:
      rollcall quota set registration first-robot 14 --dry-run
      rollcall quota set registration first-robot 14
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = _state(act.stack, the_form(_forms(act.stack), form), option)
    if before.capacity == places:
        act.say(f"{_said(before)} already.")
        return
    if act.agreed(f"give {form} {option} {places} places instead of {before.capacity}"):
        act.say(f"{_said(act.stack.manage().set_capacity(form, option, places))} now.")


def _forms(stack: Stack) -> Mapping[str, Form]:
    if not stack.forms:
        raise CliError("The stack keeps no form yet.", hint="Publish the forms: rollcall site publish")
    return stack.forms


def _state(stack: Stack, form: Form, option: str) -> QuotaState:
    states = {state.option: state for state in stack.query().quotas(form)}
    if option not in states:
        there = f"There are: {', '.join(states)}." if states else "It counts no places."
        raise CliError(f"The form {form.name} counts no option {option!r}. {there}", exit_code=ExitCode.NOT_FOUND)
    return states[option]


def _said(state: QuotaState) -> str:
    places = "1 place" if state.capacity == 1 else f"{state.capacity} places"
    return f"{state.form} {state.option} has {places}, {state.taken} taken, {state.waiting} waiting"


def _record(state: QuotaState) -> dict[str, str | int]:
    return {
        "form": state.form,
        "option": state.option,
        "capacity": state.capacity,
        "taken": state.taken,
        "waiting": state.waiting,
    }
