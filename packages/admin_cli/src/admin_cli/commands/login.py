"""`rollcall login`: signs in to AWS."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.aws import sessions
from admin_cli.confirmation import can_ask
from admin_cli.services import of
from admin_cli.terminal.help import Command, verb

if TYPE_CHECKING:
    from admin_cli.aws.sso import Invitation
    from admin_cli.terminal.output import Output

app = verb()


@app.command(cls=Command)
def login(
    ctx: typer.Context,
    *,
    browser: Annotated[
        bool, typer.Option("--browser", help="Open the address in a browser (only from a terminal).")
    ] = False,
) -> None:
    """Sign in to AWS through IAM Identity Center, with the context's profile.

    It prints an address and a code, which you confirm in a browser on this or any other device. The
    token is kept where the AWS CLI keeps it, so that signing in here also signs in `aws` and other
    tools, and the other way round.

    Examples:
      rollcall login
      rollcall login --browser --context prod
    """
    from admin_cli.aws.sso import oidc_client, read_sign_in, sign_in_by_device  # noqa: PLC0415 - only for this

    services = of(ctx)
    output, context = services.output, services.context()
    if context.on_this_machine:
        output.note(f"The context {context.name} is on this machine: there is nothing to sign in to.")
        return
    sign_in = read_sign_in(context.profile)
    with sessions.sentences(context):
        until = sign_in_by_device(
            sign_in,
            oidc_client(sign_in),
            lambda invitation: _invite(output, invitation, browser=browser and can_ask(services)),
            now=lambda: datetime.now(UTC),
            sleep=time.sleep,
        )
    profile = f"the profile {context.profile}" if context.profile else "your AWS configuration"
    output.note(f"Signed in until {until.astimezone():%Y-%m-%d %H:%M %Z}, for every tool that uses {profile}.")


def _invite(output: Output, invitation: Invitation, *, browser: bool) -> None:
    output.note("Open this address in a browser, on any device, and compare the code:")
    output.note(f"  {invitation.url}")
    output.note(f"  {invitation.code}")
    output.note("Waiting for you to confirm. Press Ctrl-C to stop.")
    if browser:
        import webbrowser  # noqa: PLC0415 - only for this

        webbrowser.open(invitation.url)
