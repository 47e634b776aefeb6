"""The seats of a stack's counted options, for commands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode
from registration_core.domain.filters import the_form, the_option
from registration_core.domain.suggestions import meant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.stack import Stack
    from registration_core.domain.forms import Form
    from registration_core.domain.quota import QuotaState


def forms_of(stack: Stack) -> Mapping[str, Form]:
    """Return a stack's forms. Raises CliError if it has none."""
    if not stack.forms:
        raise CliError("The stack has no forms yet.", hint="Publish the forms: rollcall site publish")
    return stack.forms


def seats_of(stack: Stack, form: str, option: str) -> QuotaState:
    """Return an option's quota, by its value or label. Raises CliError, which lists the counted options."""
    definition = the_form(forms_of(stack), form)
    option = the_option([definition], option)
    states = {state.option: state for state in stack.query().quotas(definition)}
    if option not in states:
        available = f"There are: {', '.join(states)}." if states else "It has no limited seats."
        raise CliError(
            f"The form {form} has no seats for an option {option!r}.{meant(option, states)} {available}",
            exit_code=ExitCode.NOT_FOUND,
        )
    return states[option]


def said(state: QuotaState) -> str:
    """Return a sentence about an option's seats."""
    seats = "1 seat" if state.capacity == 1 else f"{state.capacity} seats"
    return f"{state.form} {state.option} has {seats}, {state.taken} taken, {state.waiting} waiting"
