"""`rollcall quota`: seats: capacity, taken and waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.parameters import FormArgument, OptionArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.forms.seats import forms_of, said, seats_of
from admin_cli.services import of
from admin_cli.submissions.columns import ColumnsOption  # noqa: TC001 - Typer reads the annotations
from admin_cli.submissions.listing import JsonLines, PrintOptions, TableOption, printer
from admin_cli.submissions.promotions import say_promoted, say_promotions_to_come
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from admin_cli.terminal.values import for_person
from registration_core.domain.errors import QuotaChangedError
from registration_core.domain.fields import FieldType
from registration_core.domain.filters import the_form
from registration_core.domain.quota import MOST_SEATS, Waitlist, ensure_capacity
from registration_core.domain.records import FIELDS as SUBMISSION_FIELDS
from registration_core.domain.records import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    from admin_cli.confirmation import Act
    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value
    from registration_core.domain.quota import QuotaState
    from registration_core.domain.submission import Submission
    from registration_core.services.manage import OnPromoted

app = noun("""
Show each option's seats and waiting list, and change its capacity.

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
    """Print each counted option with its capacity, the seats taken, and how many are waiting.

    --json can also say who last set the capacity, and when.

    Examples:
      rollcall quota list
      rollcall quota list --form registration --json option,taken,capacity
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
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
    """Print one line per option; on a terminal with a bar that shows how full it is."""
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
    json: Annotated[str | None, json_option(SUBMISSION_FIELDS)] = None,
    jsonl: JsonLines = False,
) -> None:
    """Print an option's waiting list, the next in line first, with telephone numbers.

    RANK is today's position in the queue, TICKET the number that was drawn. --table prints the
    table in a pipe too, with its heading: for a printer. --columns chooses other columns, as in
    `rollcall list`.

    Examples:
      rollcall quota waiting registration first-robot
      rollcall quota waiting registration first-robot --table | lp
      rollcall quota waiting registration first-robot --columns rank,name,guardian,phone
      rollcall quota waiting registration first-robot --json rank,name,email,answers.phone
    """
    services = of(ctx)
    output = services.output.for_paper() if table else services.output
    names = requested_fields(output, json, SUBMISSION_FIELDS)
    stack = services.stack()
    state = seats_of(stack, form, option)
    phone_fields = [field.name for field in stack.forms[form].fields if field.type is FieldType.PHONE]
    default = ",".join(
        ["rank", "position", "name", *(f"answers.{name}" for name in phone_fields), "email", "reference"]
    )
    shown = printer(output, stack, PrintOptions(names, jsonl, default if columns is None else columns), form=form)
    shown.print(stack.query().waiting(form, state.option), nothing=f"Nobody is waiting for {form} {state.option}.")
    if names is None and not jsonl:
        output.note(f"{said(state)}.")


@app.command("set", cls=Command)
def set_quota(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionArgument,
    seats: Annotated[str, typer.Argument(metavar="N|+N", help="The new capacity, or how many seats to add.")],
    *,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Change an option's capacity.

    More seats: if the form's waiting list is automatic, the next in line are promoted and mailed,
    and the command names them. Fewer seats than are taken: nobody loses theirs, and no seat is
    given out until enough have been freed up. +5 adds five seats.

    The option records who last set its capacity, and when. If someone else changes it while you are
    confirming, nothing is written, and the command says so.

    Examples:
      rollcall quota set registration first-robot 14 --dry-run
      rollcall quota set registration first-robot 14
      rollcall quota set registration first-robot +2
    """
    change = _read(seats)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = seats_of(act.stack, form, option)
    after = change.capacity(before.capacity)
    if before.capacity == after:
        act.say(f"No change: {said(before)}.")
        return
    _announce(act, before, after)
    if act.agreed(f"give {form} {before.option} {_seats(after)} instead of {before.capacity}"):
        promoted: list[Submission] = []
        act.say(f"{said(_set(act, before, after, promoted=promoted.append))}.")
        say_promoted(act, promoted)


class Change(NamedTuple):
    """A change of capacity. more: whether the seats are added to the present ones."""

    seats: int
    more: bool

    def capacity(self, before: int) -> int:
        """Return the new capacity. Raises InvalidCapacityError."""
        after = before + self.seats if self.more else self.seats
        ensure_capacity(after)
        return after


def _read(text: str) -> Change:
    """Read `14` or `+2`. Raises CliError."""
    more = text.startswith("+")
    number = text.removeprefix("+")
    if not (number.isascii() and number.isdecimal()) or len(number) > len(str(MOST_SEATS)):
        raise CliError(
            f"Write a number of seats, such as 14 (at most {MOST_SEATS}) or +2 for two more, not {text!r}.",
            exit_code=ExitCode.USAGE,
        )
    return Change(int(number), more)


def _announce(act: Act, before: QuotaState, after: int) -> None:
    """Say who would be promoted, or why nobody would although someone is waiting."""
    promoted = act.stack.manage().would_be_promoted(before.form, before.option, capacity=after)
    say_promotions_to_come(act, promoted)
    quota = act.stack.forms[before.form].quota
    by_hand = quota is not None and quota.waitlist is Waitlist.MANUAL
    if by_hand and before.waiting and after > before.taken:
        act.say(
            "  nobody is promoted automatically; to give out the seats afterwards: "
            f"rollcall status promote {before.form} {before.option}"
        )
    if after < before.taken:
        act.say(f"  {_seats(before.taken)} already taken; nobody loses theirs")


def _seats(count: int) -> str:
    return "1 seat" if count == 1 else f"{count} seats"


def _set(act: Act, before: QuotaState, seats: int, *, promoted: OnPromoted) -> QuotaState:
    """Set the capacity. Raises CliError if someone else has changed it since `before` was read."""
    try:
        return act.stack.manage().set_capacity(
            before.form, before.option, seats, by=act.by, instead_of=before.capacity, promoted=promoted
        )
    except QuotaChangedError as error:
        when = f" at {for_person(error.now.set_at)}" if error.now.set_at else ""
        by = error.now.set_by or "Someone else"
        raise CliError(
            f"{by} gave {before.form} {before.option} {_seats(error.now.capacity)}{when}; it had {before.capacity} "
            "when you looked. Nothing was changed.",
            hint="See the seats, then try again: rollcall quota list",
        ) from error


def _row(state: QuotaState) -> list[Value]:
    return [state.form, state.option, state.capacity, state.taken, state.waiting]


def _record(state: QuotaState) -> dict[str, object]:
    set_at = iso(state.set_at) if state.set_at else None
    return dict(zip(FIELDS, [*_row(state), state.set_by, set_at], strict=True))
