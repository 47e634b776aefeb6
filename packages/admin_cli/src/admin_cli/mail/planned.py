"""`rollcall mail planned`: the reminders that will be sent, when, and to how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.services import of
from admin_cli.submissions.filters import FormOption  # noqa: TC001 - Typer reads the annotations
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column
from registration_core.domain.filters import the_form
from registration_core.domain.records import iso

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from admin_cli.stack import Stack
    from registration_core.domain.fields import Option
    from registration_core.domain.forms import Form
    from registration_core.domain.reminders import Reminder

FIELDS = ("at", "until", "form", "option", "mail", "to_mail", "mailed")
COLUMNS = (
    Column("WHEN"),
    Column("MAIL"),
    Column("OPTION", narrowest=12),
    Column("FORM"),
    Column("TO MAIL", number=True),
    Column("MAILED", number=True),
)


@dataclass(frozen=True, slots=True)
class Planned:
    """A reminder of one option.

    to_mail: how many would get it now. mailed: how many had it, or have it on its way.
    """

    at: datetime
    until: datetime
    form: str
    option: Option
    mail: str
    to_mail: int
    mailed: int

    def record(self) -> dict[str, object]:
        """Return what --json prints, under the names of FIELDS."""
        fields: dict[str, object] = {name: getattr(self, name) for name in FIELDS}
        return fields | {"at": iso(self.at), "until": iso(self.until), "option": self.option.value}


def planned(
    ctx: typer.Context, *, form: FormOption = None, json: Annotated[str | None, json_option(FIELDS)] = None
) -> None:
    """Print the reminders that the stack will send: when, which mail, and to how many.

    TO MAIL counts those who are confirmed now and haven't had it. The stack sends a reminder within
    five minutes of its time, and from then until the option starts also to those who are confirmed
    later. Reminders are in the form file: docs/editor.md, Reminders.

    Examples:
      rollcall mail planned
      rollcall mail planned --form registration --json at,option,to_mail
    """
    from datetime import UTC, datetime  # noqa: PLC0415 - only here

    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    stack = services.stack()
    forms = [the_form(stack.forms, form)] if form is not None else list(stack.forms.values())
    lines = sorted((line for each in forms for line in _of_form(stack, each, datetime.now(UTC))), key=_order)
    if names is not None:
        services.output.json([pick(line.record(), names) for line in lines])
    elif lines:
        language = {each.name: each.languages[0] for each in forms}
        services.output.rows(
            COLUMNS,
            [
                [
                    *(line.at, line.mail, line.option.label.in_language(language[line.form])),
                    *(line.form, line.to_mail, line.mailed),
                ]
                for line in lines
            ],
        )
    else:
        services.output.note("No reminders are planned.")


def _of_form(stack: Stack, form: Form, now: datetime) -> Iterator[Planned]:
    from registration_core.domain.reminders import STATUSES  # noqa: PLC0415 - only here
    from registration_core.domain.selection import Selection  # noqa: PLC0415
    from registration_core.domain.transitions import SYSTEM  # noqa: PLC0415

    coming = [each for each in _times(form) if each[3] > now]
    if not coming:
        return
    send = stack.mailing().send
    submissions = list(stack.query().select(Selection(form.name, STATUSES)))
    for reminder, option, at, until in coming:
        theirs = [each for each in submissions if form.choice_in(each.answers) == option.value]
        plan = send.plan(form, reminder.template, reminder.identity(option), theirs, statuses=STATUSES, by=SYSTEM)
        mailed = len(plan.had) + len(plan.begun)
        yield Planned(at, until, form.name, option, reminder.template, len(plan.fresh), mailed)


def _times(form: Form) -> Iterator[tuple[Reminder, Option, datetime, datetime]]:
    from registration_core.domain.reminders import reminders_of  # noqa: PLC0415 - only here

    for reminder, option in reminders_of(form):
        at, until = reminder.moment(option, form.time_zone), reminder.until(option, form.time_zone)
        assert at is not None  # noqa: S101 - `reminders_of` yields options with a date
        assert until is not None  # noqa: S101
        yield reminder, option, at, until


def _order(line: Planned) -> tuple[datetime, str, str]:
    return line.at, line.form, line.option.value
