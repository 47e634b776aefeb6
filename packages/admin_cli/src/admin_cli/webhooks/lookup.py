"""A webhook as commands name it: by its form and its own name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.errors import CliError, ExitCode
from registration_core.domain.errors import UnknownFormError
from registration_core.domain.webhooks import webhooks_of

if TYPE_CHECKING:
    from admin_cli.stack import Stack
    from registration_core.domain.webhooks import Webhook

NameArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The webhook's name, as `rollcall webhook list` prints it.")
]


def find_webhook(stack: Stack, form: str, name: str) -> Webhook:
    """Return a webhook of the stack's forms. Raises UnknownFormError, or CliError that lists those of the form."""
    if form not in stack.forms:
        raise UnknownFormError(form)
    webhooks = webhooks_of(stack.forms[form])
    for webhook in webhooks:
        if webhook.name == name:
            return webhook
    names = ", ".join(each.name for each in webhooks)
    raise CliError(
        f"The form {form} has no webhook {name!r}. " + (f"It has: {names}." if names else "It has none."),
        hint="List them: rollcall webhook list",
        exit_code=ExitCode.NOT_FOUND,
    )
