"""`rollcall logout`: signs out of a stack's staff API."""

from __future__ import annotations

import typer  # noqa: TC002 - Typer reads the annotations

from admin_cli.services import of
from admin_cli.staff_api.connection import kept_sign_in, place_of
from admin_cli.staff_api.sign_in import revoke
from admin_cli.staff_api.transport import http_transport
from admin_cli.terminal.help import Command, verb

app = verb()


@app.command(cls=Command)
def logout(ctx: typer.Context) -> None:
    """Sign out of the stack's staff API.

    The sign-in is ended at the stack too, so that a copy of it is worth nothing. It doesn't sign you
    out of AWS: for that, use `aws sso logout`. Your browser may remember who signed in for an hour.

    Examples:
      rollcall logout
      rollcall logout --via api --context prod
    """
    services = of(ctx)
    context = services.context()
    pages = place_of(context, services.connect).pages if context.via is not None else None
    if pages is None:
        services.output.note(f"The context {context.name} uses AWS credentials. To sign out of AWS: aws sso logout")
        return
    kept = kept_sign_in(context, services.contexts.path.parent)
    tokens = kept.read(pages)
    if tokens is None:
        services.output.note("You are not signed in.")
        return
    revoke(pages, http_transport, tokens.refresh)
    kept.forget()
    services.output.note(f"Signed out. {tokens.name} was signed in.")
