"""`rollcall local`: the whole system on this machine, to try things out and to test."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.aws.contexts import add_local
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import read_forms
from admin_cli.local.mails import MAIL_FIELDS, is_meant, print_mail, record, save_attachments, short_id
from admin_cli.services import of
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.local_time import keep_time_of
from admin_cli.terminal.table import Column
from registration_core.domain.errors import FormFileError

if TYPE_CHECKING:
    from admin_cli.terminal.output import Output
    from rollcall_local.stack import Status

app = noun("""
Run the whole system on this machine: an AWS emulator, the site and a mailbox. No account, no Docker.

Examples:
  rollcall local up
  rollcall local mail
  rollcall local desk
  rollcall local down
""")

STATUS_FIELDS = (
    "running",
    "site_url",
    "api_url",
    "endpoint_url",
    "mailbox_url",
    "table",
    "stack",
    "emulator",
    "keeps_data",
    "provider",
    "desk_url",
)
DESK_FIELDS = ("name", "role", "password", "code", "key")

COLUMNS = (
    Column("AT"),
    Column("TO", narrowest=16),
    Column("SUBJECT", narrowest=16),
    Column("ID"),
)

DESK_COLUMNS = (Column("NAME"), Column("ROLE"), Column("PASSWORD"), Column("CODE"))


@app.command(cls=Command)
def up(ctx: typer.Context) -> None:
    """Start the system, or bring it up to date, and print its addresses.

    You need a clone of Rollcall, and Terraform. A second run builds and deploys only what changed. The stack becomes
    the context `local`; if another context is in use, it stays in use.

    Examples:
      rollcall local up
    """
    services = of(ctx)
    local = services.local()
    status = local.up(services.output.note)
    in_use = add_local(status.stack, local.region(), status.endpoint_url, file=services.contexts)
    desk = [("desk", status.desk_url)] if status.desk_url else []
    addresses = [("site", status.site_url), *desk, ("mailbox", status.mailbox_url), ("api", status.api_url)]
    services.output.fields(addresses)
    context_option = "" if in_use else f" --context {status.stack}"
    rollcall = _own_name()
    services.output.note("")
    services.output.note(
        "Fill in a form on the site, or send one with the first command. The second lists submissions:"
    )
    services.output.note(f"  {rollcall} forms example registration --curl{context_option} | sh")
    services.output.note(f"  {rollcall} list{context_option}")
    if desk:
        services.output.note("")
        services.output.note("The desk is the staff's page. This prints a name, a password and a code to sign in with:")
        services.output.note(f"  {rollcall} local desk")


@app.command(cls=Command)
def down(
    ctx: typer.Context,
    *,
    reset: Annotated[
        bool, typer.Option("--reset", help="Also delete its data: submissions, mails, everything.")
    ] = False,
) -> None:
    """Stop the system. The next `up` finds its data again, unless --reset deletes it.

    Not every emulator saves its data: `rollcall local status` says whether yours does. Mails are always kept.

    Examples:
      rollcall local down
      rollcall local down --reset
    """
    services = of(ctx)
    local = services.local()
    before = local.status()
    ran = local.down(reset=reset)
    outcome = "Stopped the local system." if ran else "The local system was not running."
    if reset:
        data = "Deleted its data."
    elif before.keeps_data:
        data = "Its data is kept."
    else:
        data = f"Its mails are kept. The rest is gone: {before.emulator.partition(',')[0]} saves no data."
    services.output.note(f"{outcome} {data}")


@app.command(cls=Command)
def status(
    ctx: typer.Context,
    *,
    json: Annotated[str | None, json_option(STATUS_FIELDS)] = None,
) -> None:
    """Print the addresses of the system, and whether it is running. If it isn't, the exit code is 1.

    Examples:
      rollcall local status
      rollcall local status --json site_url | jq -r .site_url
    """
    services = of(ctx)
    names = requested_fields(services.output, json, STATUS_FIELDS)
    current = services.local().status()
    if names is not None:
        services.output.json(pick(asdict(current), names))
    else:
        _print_status(services.output, current)
    if not current.running:
        services.output.note("The local system is not running. Start it: rollcall local up")
        raise typer.Exit(ExitCode.FAILURE)


@app.command(cls=Command)
def desk(
    ctx: typer.Context,
    *,
    json: Annotated[str | None, json_option(DESK_FIELDS)] = None,
) -> None:
    """Print who can sign in to the desk on this machine: a manager and a reader, each with password and code.

    A code is what an authenticator app shows. It changes every half minute and works once, so run the command again for
    each sign-in. Or add the key to an app: --json name,key. These people exist on this machine only.

    Examples:
      rollcall local desk
      rollcall local desk --json name,password,code
    """
    services = of(ctx)
    names = requested_fields(services.output, json, DESK_FIELDS)
    now = time.time()
    people = [
        {"name": user.name, "role": user.role, "password": user.password, "code": user.code(now), "key": user.key}
        for user in services.local().desk_users()
    ]
    if names is not None:
        services.output.json([pick(each, names) for each in people])
    elif people:
        services.output.rows(DESK_COLUMNS, ([each[name] for name in DESK_FIELDS[:-1]] for each in people))
    else:
        services.output.note("The local system has no desk.")


@app.command(cls=Command)
def mail(
    ctx: typer.Context,
    wanted_mail: Annotated[
        str | None,
        typer.Argument(
            metavar="ID|REFERENCE", help="Print one mail by its ID, or all mails about one submission, in full."
        ),
    ] = None,
    *,
    to: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only mails to this address.")] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Save attachments here, in one folder per mail.")
    ] = None,
    json: Annotated[str | None, json_option(MAIL_FIELDS)] = None,
) -> None:
    """Print the mails sent on this machine, oldest first. No mail leaves the machine.

    Examples:
      rollcall local mail
      rollcall local mail 1a2b3c4d
      rollcall local mail K7QM-3XTP
      rollcall local mail --to ada@example.org --save attachments
      rollcall local mail --to ada@example.org --json subject,text
    """
    services = of(ctx)
    names = requested_fields(services.output, json, MAIL_FIELDS)
    mails = [m for m in services.local().messages() if to is None or to.casefold() in map(str.casefold, m.to)]
    if wanted_mail is not None:
        mails = [m for m in mails if is_meant(m, wanted_mail)]
        if not mails:
            raise CliError(
                f"There is no mail {wanted_mail!r}.",
                hint="List the mails: rollcall local mail",
                exit_code=ExitCode.NOT_FOUND,
            )
    if save is not None:
        save_attachments(services.output, mails, save)
    if services.output.on_terminal:
        _keep_organisations_time()
    if names is not None:
        services.output.json([pick(record(m), names) for m in mails])
    elif wanted_mail is not None:
        for place, each in enumerate(mails):
            if place:
                services.output.line()
            print_mail(services.output, each)
    elif mails:
        name = short_id if services.output.on_terminal else str
        services.output.rows(COLUMNS, ([m.at, m.to, m.subject, name(m.id)] for m in mails))
    else:
        services.output.note("No mails yet." if to is None else f"No mails to {to} yet.")


def _keep_organisations_time() -> None:
    """Write times as `rollcall list` does. Mails stay readable while a form file has mistakes."""
    with contextlib.suppress(CliError, FormFileError):
        keep_time_of(read_forms(None))


def _own_name() -> str:
    """Return how to call this command from here: by name if it is on the PATH, else by its path."""
    if shutil.which("rollcall"):
        return "rollcall"
    here, path = Path.cwd(), Path(sys.argv[0]).absolute()
    return shlex.quote(str(path.relative_to(here) if path.is_relative_to(here) else path))


def _print_status(output: Output, status: Status) -> None:
    as_words = {name: "yes" if value else "no" for name, value in asdict(status).items() if isinstance(value, bool)}
    output.fields((asdict(status) | as_words).items())
