"""`rollcall forms list|history`: what is open on a stack, and who decided it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.forms.openings import FIELDS, end_for_person, record_of
from admin_cli.forms.parameters import FormArgument  # noqa: TC001 - Typer reads the annotations
from admin_cli.forms.seats import forms_of
from admin_cli.services import of
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from registration_core.domain.filters import the_form
from registration_core.domain.opening_records import override_record
from registration_core.domain.openings import WHOLE_FORM

if TYPE_CHECKING:
    from datetime import datetime

    from admin_cli.terminal.output import Output
    from admin_cli.terminal.values import Value

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


def list_openings(
    ctx: typer.Context,
    *,
    form: Annotated[
        str | None, typer.Option(metavar="FORM", help="Only this form.", autocompletion=completion.forms)
    ] = None,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print what is open on the stack now: each form and its options, and who decided it if staff did.

    UNTIL is when that changes next. OPTION is empty for the whole form.

    Examples:
      rollcall forms list
      rollcall forms list --form registration --json option,open,changes_at
    """
    output = of(ctx).output
    names = requested_fields(output, json, FIELDS)
    stack = of(ctx).stack()
    forms = forms_of(stack)
    chosen = [the_form(forms, form)] if form is not None else [each for each in forms.values() if not each.retired]
    service = stack.openings()
    found = [(each, option, opening) for each in chosen for option, opening in service.openings(each).items()]
    if names is not None:
        output.json([pick(record_of(each, option, opening), names) for each, option, opening in found])
        return
    output.rows(
        OPENINGS,
        [
            [
                each.name,
                "" if option == WHOLE_FORM else option,
                "yes" if opening.open else "no",
                _end(output, opening.changes_at),
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
                [each.at, _named(option), "opened" if each.open else "closed", _end(output, each.until), each.by]
                for option, each in lines
            ],
        )
    else:
        output.note(f"Nobody has opened or closed {form} by command.")


def _named(option: str) -> str:
    return "(whole form)" if option == WHOLE_FORM else option


def _end(output: Output, at: datetime | None) -> Value:
    return end_for_person(at) if at is not None and output.on_terminal else at


def add_to(app: typer.Typer) -> None:
    """Add these commands to `rollcall forms`."""
    app.command("list", cls=Command)(list_openings)
    app.command("history", cls=Command)(history)
