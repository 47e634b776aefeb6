"""`rollcall forms close|open`: a change of what is open, without a deployment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.openings import FIELDS, end_for_person, record_of
from admin_cli.forms.parameters import FormArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.forms.seats import forms_of
from admin_cli.services import of
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from registration_core.domain.filters import the_form, the_option
from registration_core.domain.lengths import after
from registration_core.domain.openings import WHOLE_FORM
from registration_core.domain.suggestions import meant
from registration_core.domain.times import read_period

if TYPE_CHECKING:
    from registration_core.domain.forms import Form
    from registration_core.domain.openings import Opening

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
Json = Annotated[str | None, json_option(FIELDS)]


def close(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionalOption = None,
    *,
    until: Until = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = None,
) -> None:
    """Close a form, or one of its options, at once: visitors can't choose it any more.

    It stays closed until you open it, or until --until; then the form file's times count again.
    Nobody loses a seat, and the waiting list moves on until the option starts. Staff can still
    import and edit. Times are in the organisation's time zone. --json prints how it is then, with
    the fields of `rollcall forms list`; with --dry-run, how it would be.

    Examples:
      rollcall forms close registration first-robot
      rollcall forms close registration first-robot --until 2030-01-10T09:00
      rollcall forms close registration --dry-run
      rollcall forms close registration --yes --json open,until,by
    """
    _override(ctx, form, option, opens=False, until=until, yes=yes, dry_run=dry_run, json=json)


def open_(
    ctx: typer.Context,
    form: FormArgument,
    option: OptionalOption = None,
    *,
    until: Until = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    json: Json = None,
) -> None:
    """Open a form, or one of its options, at once, also after it has started.

    It closes when its form file says so next, or with --until then. While an option that has
    started is open, seats that free up go to its waiting list again. --json as for `close`.

    Examples:
      rollcall forms open registration first-robot
      rollcall forms open registration first-robot --until 2030-01-20
    """
    _override(ctx, form, option, opens=True, until=until, yes=yes, dry_run=dry_run, json=json)


def _override(
    ctx: typer.Context,
    name: str,
    option: str | None,
    *,
    opens: bool,
    until: str | None,
    yes: bool,
    dry_run: bool,
    json: str | None,
) -> None:
    output = of(ctx).output
    names = requested_fields(output, json, FIELDS)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    form = the_form(forms_of(act.stack), name)
    at = _end(form, until)
    value = WHOLE_FORM if option is None else _value(form, option)
    service = act.stack.openings()
    planned = service.planned(form, value, opens=opens, until=at, by=act.by)
    what = form.name if value == WHOLE_FORM else f"{form.name} {value}"
    if not act.agreed(f"{'open' if opens else 'close'} {what}{_until(planned, at)}"):
        if names is not None:
            output.json(pick(record_of(form, value, planned), names))
        return
    new = form.chosen_field is None and not service.history(form)
    opening = service.override(form, value, opens=opens, until=at, by=act.by)
    act.say(f"{what} is {'open' if opening.open else 'closed'}{_until(opening, at)}.")
    if new:
        act.say(
            f"  visitors notice within {FRESH_MINUTES} minutes, because no option of {form.name} has seats or times; "
            "from now on at once"
        )
    if names is not None:
        output.json(pick(record_of(form, value, opening), names))


def _end(form: Form, until: str | None) -> datetime | None:
    """Return when an override ends: so long from now, or at a time as elsewhere. Raises InvalidFilterError."""
    now = datetime.now(UTC)
    try:
        return after(now, until or "", form.time_zone)
    except ValueError:
        return read_period(None, until, forms=lambda: form, now=now)[1]


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
        return f" until {end_for_person(opening.changes_at)}"
    if asked is not None:
        return f" until {end_for_person(asked)}, and after that by its form file, which says closed"
    return "" if opening.open else " until somebody opens it"


def add_to(app: typer.Typer) -> None:
    """Add these commands to `rollcall forms`."""
    app.command("close", cls=Command)(close)
    app.command("open", cls=Command)(open_)
