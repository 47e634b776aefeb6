"""`rollcall context`: which stack the commands work on."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.aws.contexts import API, Context
from admin_cli.services import AWS, CONTEXT_VARIABLE, of
from admin_cli.terminal import completion
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column

if TYPE_CHECKING:
    from admin_cli.aws.contexts import Contexts
    from admin_cli.services import Services

app = noun("""
Name the stacks you work with, and choose the one that commands use.

Contexts are kept in contexts.json, in the first of these folders that is set: $ROLLCALL_CONFIG_DIR,
$XDG_CONFIG_HOME/rollcall, ~/.config/rollcall. To use another context for one command, give
--context NAME or set ROLLCALL_CONTEXT.

Examples:
  rollcall context list
  rollcall context add prod --stack prod --region eu-north-1 --profile academy
  rollcall context use prod
  rollcall context show
""")

FIELDS = ("name", "in_use", "stack", "region", "endpoint_url", "profile", "via", "url", "sign_in_url", "client_id")

_ALWAYS = FIELDS[:6]
"""What `context show` prints although there is nothing to say."""

COLUMNS = (
    Column("NAME"),
    Column("IN USE"),
    Column("STACK"),
    Column("REGION"),
    Column("ENDPOINT", narrowest=12),
    Column("PROFILE", narrowest=8),
    Column("VIA"),
)


@app.command("list", cls=Command)
def list_contexts(
    ctx: typer.Context,
    *,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print every context; `*` marks the one that commands use.

    Examples:
      rollcall context list
      rollcall context list --json name,in_use
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    contexts = services.contexts.read()
    current = _current_name(services, contexts)
    if names is not None:
        records = [_record(context, in_use=context.name == current) for context in contexts.entries.values()]
        services.output.json([pick(each, names) for each in records])
        return
    if not contexts.entries:
        services.output.note("There are no contexts yet. To start a stack on this machine: rollcall local up")
    rows = [
        [c.name, "*" if c.name == current else "", c.stack, c.region, c.endpoint_url, c.profile, c.via]
        for c in contexts.entries.values()
    ]
    if rows:
        services.output.rows(COLUMNS, rows)


@app.command("use", cls=Command)
def use_context(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The context to use.", autocompletion=completion.contexts)],
) -> None:
    """Make commands use this context's stack from now on.

    Examples:
      rollcall context use prod
    """
    services = of(ctx)
    services.contexts.write(services.contexts.read().using(name))
    services.output.note(f"Commands now use {name}.")


@app.command("add", cls=Command)
def add_context(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call it.")],
    *,
    region: Annotated[str, typer.Option(help="The AWS region that the stack is in.")],
    stack: Annotated[str | None, typer.Option(help="The stack's name (default: the context's).")] = None,
    endpoint_url: Annotated[str | None, typer.Option(help="The emulator's address; leave it out for AWS.")] = None,
    profile: Annotated[str | None, typer.Option(help="The AWS profile to use.")] = None,
    url: Annotated[
        str | None, typer.Option(help="The address of the stack's API, to work through its staff API.")
    ] = None,
    sign_in_url: Annotated[str | None, typer.Option(help="Where you sign in to the staff API.")] = None,
    client_id: Annotated[str | None, typer.Option(help="As which app you sign in there.")] = None,
) -> None:
    """Add a context, or change the one with that name. Commands use the first one you add.

    With --via api, commands work through the stack's staff API, so that you need no rights in AWS.
    The stack's operator gives you the whole command: `rollcall context share` prints it.

    Examples:
      rollcall context add dev --region eu-north-1
      rollcall context add prod --stack prod --region eu-north-1 --profile academy
    """
    services = of(ctx)
    before = services.contexts.read()
    via = services.via or (API if url is not None else None)
    context = Context(
        name,
        stack or name,
        region,
        endpoint_url,
        profile,
        via=None if via == AWS else via,
        url=url,
        sign_in_url=sign_in_url,
        client_id=client_id,
    )
    after = before.with_entry(context)
    services.contexts.write(after)
    services.output.note(f"{'Changed' if name in before.entries else 'Added'} the context {name}.")
    if after.current == name:
        services.output.note(f"Commands use {name}.")
    else:
        services.output.note(f"Commands still use {after.current}. To switch: rollcall context use {name}")


@app.command("share", cls=Command)
def share_context(ctx: typer.Context) -> None:
    """Print the command with which staff add this context, to work through the stack's staff API.

    Give it to the people whom you invite with `rollcall staff invite`. It holds addresses, and no
    secret.

    Examples:
      rollcall context share
      rollcall context share --context prod
    """
    from admin_cli.staff_api.connection import place_of  # noqa: PLC0415 - only for this

    services = of(ctx)
    context = services.context()
    place = place_of(context, services.connect)
    words = ["rollcall", "context", "add", context.name, "--stack", context.stack, "--region", context.region]
    words += ["--via", API, "--url", place.url]
    if place.pages is not None:
        words += ["--sign-in-url", place.pages.url, "--client-id", place.pages.client_id]
    services.output.line(shlex.join(words))


@app.command("show", cls=Command)
def show_context(
    ctx: typer.Context,
    name: Annotated[
        str | None,
        typer.Argument(help="The context (default: the one that commands use).", autocompletion=completion.contexts),
    ] = None,
    *,
    json: Annotated[str | None, json_option(FIELDS)] = None,
) -> None:
    """Print one context: its stack, region, endpoint and profile, and its staff API if it has one.

    Examples:
      rollcall context show
      rollcall context show prod --json stack,region
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    contexts = services.contexts.read()
    context = services.context() if name is None else contexts.get(name)
    record = _record(context, in_use=context.name == _current_name(services, contexts))
    if names is not None:
        services.output.json(pick(record, names))
    else:
        record = {field: value for field, value in record.items() if value is not None or field in _ALWAYS}
        services.output.fields({**record, "in_use": "yes" if record["in_use"] else "no"}.items())


@app.command("remove", cls=Command)
def remove_context(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(help="The context to remove.", autocompletion=completion.contexts)],
) -> None:
    """Remove a context, and forget its sign-in. Its stack and your AWS credentials stay as they are.

    Examples:
      rollcall context remove dev
    """
    from admin_cli.staff_api.connection import kept_sign_in  # noqa: PLC0415 - only for this

    services = of(ctx)
    before = services.contexts.read()
    after = before.without(name)
    services.contexts.write(after)
    kept_sign_in(before.get(name), services.contexts.path.parent).forget()
    services.output.note(f"Removed the context {name}. Its stack is unchanged.")
    if before.current == name and after.entries:
        services.output.note(f"No context is in use. Choose {' or '.join(after.entries)}: rollcall context use NAME")


def _current_name(services: Services, contexts: Contexts) -> str | None:
    return services.context_name or services.environ.get(CONTEXT_VARIABLE) or contexts.current


def _record(context: Context, *, in_use: bool) -> dict[str, str | bool | None]:
    return {
        "name": context.name,
        "in_use": in_use,
        "stack": context.stack,
        "region": context.region,
        "endpoint_url": context.endpoint_url,
        "profile": context.profile,
        "via": context.via,
        "url": context.url,
        "sign_in_url": context.sign_in_url,
        "client_id": context.client_id,
    }
