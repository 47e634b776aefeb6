"""`rollcall login`: signs in to AWS, or to a stack's staff API."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.aws import sessions
from admin_cli.confirmation import can_ask
from admin_cli.services import of
from admin_cli.staff_api.connection import place_of
from admin_cli.terminal.help import Command, verb

if TYPE_CHECKING:
    from admin_cli.aws.contexts import Context
    from admin_cli.aws.sso import Invitation
    from admin_cli.services import Services
    from admin_cli.staff_api.sign_in import SignInPages
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
    """Sign in: to the stack's staff API, or to AWS with the context's profile.

    For the staff API, it prints an address to open in a browser on this machine. You are signed in
    for twelve hours, or until `rollcall logout`.

    For AWS, it prints an address and a code of IAM Identity Center, which you confirm in a browser
    on this or any other device. The token is kept where the AWS CLI keeps it, so that signing in
    here also signs in `aws` and other tools, and the other way round.

    Examples:
      rollcall login
      rollcall login --browser --context prod
      rollcall login --via api
    """
    services = of(ctx)
    output, context = services.output, services.context()
    browser = browser and can_ask(services)
    if context.via is not None and (pages := place_of(context, services.connect).pages) is not None:
        _sign_in_to_the_api(services, context, pages, browser=browser)
        return
    _sign_in_to_aws(output, context, browser=browser)


def _sign_in_to_the_api(services: Services, context: Context, pages: SignInPages, *, browser: bool) -> None:
    from admin_cli.staff_api.browser import sign_in_by_browser  # noqa: PLC0415 - only for the staff API
    from admin_cli.staff_api.connection import kept_sign_in  # noqa: PLC0415
    from admin_cli.staff_api.transport import http_transport  # noqa: PLC0415

    output = services.output

    def invite(address: str) -> None:
        output.note("Open this address in a browser on this machine, and sign in:")
        output.note(f"  {address}")
        output.note("Waiting for you to sign in. Press Ctrl-C to stop.")
        _open(address, browser=browser)

    tokens = sign_in_by_browser(pages, http_transport, invite)
    kept_sign_in(context, services.contexts.path.parent).write(pages, tokens)
    output.note(f"Signed in as {tokens.name}.")


def _sign_in_to_aws(output: Output, context: Context, *, browser: bool) -> None:
    from admin_cli.aws.sso import oidc_client, read_sign_in, sign_in_by_device  # noqa: PLC0415 - only for this

    if context.on_this_machine:
        output.note(f"The context {context.name} is on this machine: there is nothing to sign in to.")
        return
    sign_in = read_sign_in(context.profile)
    with sessions.sentences(context):
        until = sign_in_by_device(
            sign_in,
            oidc_client(sign_in),
            lambda invitation: _invite(output, invitation, browser=browser),
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
    _open(invitation.url, browser=browser)


def _open(address: str, *, browser: bool) -> None:
    if browser:
        import webbrowser  # noqa: PLC0415 - only for this

        webbrowser.open(address)
