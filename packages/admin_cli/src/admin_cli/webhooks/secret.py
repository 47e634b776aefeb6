"""`rollcall webhook secret`: the key with which a receiver checks signatures, and its rotation."""

from __future__ import annotations

from typing import Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.parameters import FormArgument  # noqa: TC001 - typer reads the annotations
from admin_cli.services import of
from admin_cli.webhooks.lookup import NameArgument, find_webhook
from registration_core.domain.webhooks import WebhookFormat

Rotate = Annotated[bool, typer.Option("--rotate", help="Add a new key. Messages are then signed with both.")]
ForgetOlder = Annotated[
    bool, typer.Option("--forget-older", help="Remove the older keys, once the receiver knows the newest.")
]


def secret(
    ctx: typer.Context,
    form: FormArgument,
    name: NameArgument,
    *,
    rotate: Rotate = False,
    forget_older: ForgetOlder = False,
    yes: Yes = False,
    dry_run: DryRun = False,
) -> None:
    """Print or rotate the keys that sign a webhook's messages.

    The newest comes first; the stack creates the first one. Give the receiver the key. It checks
    each message with it, by any library for Standard Webhooks. To change the key without losing a
    message: --rotate, give the receiver the new key, then --forget-older. It needs permission to read
    and write the secret rollcall/STACK/webhooks, which an administrator has.

    Examples:
      rollcall webhook secret registration crm
      rollcall webhook secret registration crm --rotate
      rollcall webhook secret registration crm --forget-older --yes
    """
    if rotate and forget_older:
        raise CliError("Give --rotate or --forget-older, not both.", exit_code=ExitCode.USAGE)
    services = of(ctx)
    act = begin(services, yes=yes, dry_run=dry_run) if rotate or forget_older else None
    stack = act.stack if act is not None else services.stack()
    if find_webhook(stack, form, name).format is not WebhookFormat.JSON:
        raise CliError(f'Messages to {name} aren\'t signed: only format = "json" is.', exit_code=ExitCode.USAGE)
    keys = stack.webhooks().keys
    if act is None:
        listed = keys.of(form, name)
    elif rotate:
        if not act.agreed(f"add a new key for {form}/{name}"):
            return
        listed = keys.rotate(form, name)
        act.say("Messages are signed with both keys. Give the receiver the first, then run --forget-older.")
    else:
        if not act.agreed(f"remove the older keys of {form}/{name}"):
            return
        listed = keys.forget_older(form, name)
    for key in listed:
        services.output.line(key)
