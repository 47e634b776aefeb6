"""`rollcall forms list|close|open|history`: what is open on a stack, and a change of it without a deployment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.parameters import FormArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.forms.seats import forms_of
from admin_cli.services import of
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from admin_cli.terminal.values import for_person
from registration_core.domain.filters import the_form, the_option
from registration_core.domain.lengths import read_length
from registration_core.domain.opening_records import opening_record, override_record
from registration_core.domain.openings import WHOLE_FORM
from registration_core.domain.suggestions import meant
from registration_core.domain.times import read_period

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Opening

LISTED = ("form", "option", "open", "changes_at", "until", "by", "at")
LINES = ("form", "option", "open", "until", "by", "at")
OPENINGS = (
    Column("FORM"),
    Column("OPTION"),
    Column("OPEN"),
    Column("UNTIL"),
    Column("SET BY", narrowest=12),
    Column("SET AT"),
)
HISTORY = (Column("AT"), Column("OPTION"), Column("DONE"), Column("UNTIL"), Column("BY", narrowest=12))
FRESH_MINUTES = 5
"""How long running functions take to notice the first override of a form without such options: GuardKeys.FRESH_S."""

OptionalOption = Annotated[
    str | None,
    typer.Argument(
        metavar="OPTION",
        help="The option: its value or its label. Without it, the whole form.",
        autocompletion=completion.options,
        show_default=False,
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="WHEN",
        help="When that ends: 7d from now, 2027-03-01T18:00, or a day, which is included.",
        show_default=False,
    ),
]


def list_openings(
    ctx: typer.Context,
    *,
    form: Annotated[
        str | None, typer.Option(metavar="FORM", help="Only this form.", autocompletion=completion.forms)
    ] = None,
    json: Annotated[str | None, json_option(LISTED)] = None,
) -> None:
    """Print what is open on the stack now: each form and its options, and who decided it if staff did.

    UNTIL is when that changes next. OPTION is empty for the whole form.

    Examples:
      rollcall forms list
      rollcall forms list --form registration --json option,open,changes_at
    """
    output = of(ctx).output
    names = requested_fields(output, json, LISTED)
    stack = of(ctx).stack()
    forms = forms_of(stack)
    chosen = [the_form(forms, form)] if form is not None else [each for each in forms.values() if not each.retired]
    service = stack.openings()
    found = [(each, option, opening) for each in chosen for option, opening in service.openings(each).items()]
    if names is not None:
        output.json([pick(_record(each, option, opening), names) for each, option, opening in found])
        return
    output.rows(
        OPENINGS,
        [
            [
                each.name,
                "" if option == WHOLE_FORM else option,
                "yes" if opening.open else "no",
                opening.changes_at,
                opening.override.by if opening.override else None,
                opening.override.at if opening.override else None,
            ]
            for each, option, opening in found
        ],
    )


def history(
    ctx: typer.Context,
    form: FormArgument,
    *,
    json: Annotated[str | None, json_option(LINES)] = None,
) -> None:
    """Print who opened and closed what, newest first: the last 20 times in two years.

    Examples:
      rollcall forms history registration
      rollcall forms history registration --json at,by,option,open
    """
    output = of(ctx).output
    names = requested_fields(output, json, LINES)
    stack = of(ctx).stack()
    definition = the_form(forms_of(stack), form)
    lines = stack.openings().history(definition)
    if names is not None:
        output.json([pick({"form": form, **override_record(option, each)}, names) for option, each in lines])
    elif lines:
        output.rows(
            HISTORY,
            [
                [each.at, _named(option), "opened" if each.open else "closed", each.until, each.by]
                for option, each in lines
            ],
        )
    else:
        output.note(f"Nobody has opened or closed {form} by command.")


def close(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionalOption = None,
    *,
    until: Until = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Close a form, or one of its options, at once: visitors can't choose it any more.

    It stays closed until you open it, or until --until; then the form file's times count again.
    Nobody loses a seat, and the waiting list moves on until the option starts. Staff can still
    import and edit. Times are in the organisation's time zone.

    Examples:
      rollcall forms close registration first-robot
      rollcall forms close registration first-robot --until 2030-01-10T09:00
      rollcall forms close registration --dry-run
    """
    _override(ctx, form, option, opens=False, until=until, yes=yes, dry_run=dry_run)


def open_(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionalOption = None,
    *,
    until: Until = None,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Open a form, or one of its options, at once, also after it has started.

    It closes when its form file says so next, or with --until then. While an option that has
    started is open, seats that free up go to its waiting list again.

    Examples:
      rollcall forms open registration first-robot
      rollcall forms open registration first-robot --until 2030-01-20
    """
    _override(ctx, form, option, opens=True, until=until, yes=yes, dry_run=dry_run)


def _override(
    ctx: typer.Context, name: str, option: str | None, *, opens: bool, until: str | None, yes: bool, dry_run: bool
) -> None:
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    at = _end(act, until)
    form = the_form(forms_of(act.stack), name)
    value = WHOLE_FORM if option is None else _value(form, option)
    service = act.stack.openings()
    planned = service.planned(form, value, opens=opens, until=at, by="")
    what = form.name if value == WHOLE_FORM else f"{form.name} {value}"
    if not act.agreed(f"{'open' if opens else 'close'} {what}{_until(planned, at)}"):
        return
    new = form.chosen_field is None and not service.history(form)
    opening = service.override(form, value, opens=opens, until=at, by=act.by)
    act.say(f"{what} is {'open' if opening.open else 'closed'}{_until(opening, at)}.")
    if new:
        act.say(
            f"  visitors notice within {FRESH_MINUTES} minutes, because no option of {form.name} has seats or times; "
            "from now on at once"
        )


def _end(act: Act, until: str | None) -> datetime | None:
    """Return when an override ends: so long from now, or at a time as elsewhere. Raises InvalidFilterError."""
    now = datetime.now(UTC)
    try:
        return now + read_length(until or "")
    except ValueError:
        return read_period(None, until, forms=lambda: act.stack.forms, now=now)[1]


def _value(form: Form, option: str) -> str:
    """Return an option's value, by its value or label. Raises CliError."""
    options = [each.value for each in form.chosen_field.options] if form.chosen_field is not None else []
    value = the_option([form], option, counted=False)
    if value in options:
        return value
    if not options:
        raise CliError(
            f"The form {form.name} has no options that open and close: it has neither [quota] nor once.",
            hint=f"Close or open the whole form: rollcall forms close {form.name}",
            exit_code=ExitCode.NOT_FOUND,
        )
    raise CliError(
        f"The form {form.name} has no option {option!r}.{meant(option, options)} There are: {', '.join(options)}.",
        exit_code=ExitCode.NOT_FOUND,
    )


def _until(opening: Opening, asked: datetime | None) -> str:
    if opening.changes_at is not None:
        return f" until {for_person(opening.changes_at)}"
    if asked is not None:
        return f" until {for_person(asked)}, and after that by its form file, which says closed"
    return "" if opening.open else " until somebody opens it"


def _named(option: str) -> str:
    return "(whole form)" if option == WHOLE_FORM else option


def _record(form: Form, option: str, opening: Opening) -> dict[str, object]:
    record = opening_record(option, opening)
    override = record.pop("override") or {}
    return {"form": form.name, **record, **{name: override.get(name) for name in ("until", "by", "at")}}


def add_to(app: typer.Typer) -> None:
    """Add these commands to `rollcall forms`."""
    app.command("list", cls=Command)(list_openings)
    app.command("close", cls=Command)(close)
    app.command("open", cls=Command)(open_)
    app.command("history", cls=Command)(history)
