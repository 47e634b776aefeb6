"""`rollcall staff`: who can sign in to a stack's desk, and what they may do there."""

from __future__ import annotations

from typing import Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError
from admin_cli.services import of
from admin_cli.staff.people import People, Role, staff_address
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.json_fields import json_option, pick, requested_fields
from admin_cli.terminal.table import Column

app = noun("""
Decide who can sign in to the desk. For the stack's operator.

Examples:
  rollcall staff list
  rollcall staff invite asa@academy.example --role manager
  rollcall staff reset asa@academy.example
""")

FIELDS = ("address", "role", "state", "invited_at")
COLUMNS = (Column("ADDRESS", narrowest=16), Column("ROLE"), Column("STATE"), Column("INVITED"))

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The person's e-mail address, their name here.")]
RoleArgument = Annotated[Role, typer.Argument(metavar="manager|reader", help="What the person may do.")]
RoleOption = Annotated[
    Role, typer.Option("--role", metavar="manager|reader", help="What the person may do: change submissions, or look.")
]


@app.command("list", cls=Command)
def list_people(ctx: typer.Context, *, json: Annotated[str | None, json_option(FIELDS)] = None) -> None:
    """Print who can sign in, what they may do, and whether they have done so.

    `invited` means that the person hasn't chosen a password yet. Their first one works for seven days; `rollcall staff
    reset` mails a new one.

    Examples:
      rollcall staff list
      rollcall staff list --json address,role
    """
    services = of(ctx)
    names = requested_fields(services.output, json, FIELDS)
    people = People(services.stack()).all()
    records = [{"address": p.address, "role": p.role, "state": p.state, "invited_at": p.invited_at} for p in people]
    if names is not None:
        services.output.json([pick(each, names) for each in records])
    elif people:
        services.output.rows(COLUMNS, ([p.address, p.role, p.state, p.invited_at] for p in people))
    else:
        services.output.note("Nobody can sign in yet. Invite a manager: rollcall staff invite ADDRESS --role manager")


@app.command("invite", cls=Command)
def invite(
    ctx: typer.Context, address: Address, *, role: RoleOption = Role.READER, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Let a person sign in, and mail them a first password.

    At the first sign-in they choose a password of their own and set up an authenticator app. The first password works
    for seven days. Their address is what histories name.

    Examples:
      rollcall staff invite asa@academy.example --role manager --dry-run
      rollcall staff invite asa@academy.example --role manager
      rollcall staff invite per@academy.example --yes
    """
    name = staff_address(address)
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    people = People(act.stack)
    if any(person.address == name for person in people.all()):
        raise CliError(
            f"{name} was invited before.",
            hint=f"To mail a new first password: rollcall staff reset {name}. To change what they may do: "
            f"rollcall staff role {name} {role}",
        )
    if act.agreed(f"invite {name} as a {role}"):
        people.invite(name, role)
        desk = f"{act.stack.description.site_url}/desk/"
        act.say(f"{name} is invited as a {role}. They sign in at {desk} with the password from the mail.")


@app.command("role", cls=Command)
def change_role(
    ctx: typer.Context, address: Address, role: RoleArgument, *, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Make a person a manager or a reader.

    A manager changes submissions, a reader only looks. Someone who is signed in has the new role within ten minutes.

    Examples:
      rollcall staff role per@academy.example manager --dry-run
      rollcall staff role per@academy.example manager
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    people = People(act.stack)
    person = people.find(address)
    if person.role is role:
        act.say(f"{person.address} is a {role} already.")
    elif act.agreed(f"make {person.address} a {role}"):
        people.set_role(person.address, role)
        act.say(f"{person.address} is a {role} now. If they are signed in, it takes up to ten minutes.")


@app.command("reset", cls=Command)
def reset(ctx: typer.Context, address: Address, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Let a person start over: for a lost phone, a forgotten password, or an invitation that is too old.

    It removes the person and invites them again with the same role, because Cognito can't take an authenticator app off
    a person who must have one. They are signed out, get a mail with a first password, and set up their new app. What
    they did stays in the histories under the same address.

    Examples:
      rollcall staff reset asa@academy.example --dry-run
      rollcall staff reset asa@academy.example
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    people = People(act.stack)
    person = people.find(address)
    role = person.role or Role.READER
    if not act.agreed(f"sign {person.address} out, and mail a new first password"):
        return
    people.remove(person.address)
    try:
        people.invite(person.address, role)
    except CliError as error:
        raise CliError(
            f"{person.address} is removed, but was not invited again: {error}",
            hint=f"Once that is fixed: rollcall staff invite {person.address} --role {role}",
            exit_code=error.exit_code,
        ) from error
    act.say(f"{person.address} is signed out and invited again as a {role}.")


@app.command("remove", cls=Command)
def remove(ctx: typer.Context, address: Address, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Remove a person's access, and sign them out.

    Someone who is signed in can continue for up to ten minutes. What they did stays in the histories.

    Examples:
      rollcall staff remove per@academy.example --dry-run
      rollcall staff remove per@academy.example --yes
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    people = People(act.stack)
    person = people.find(address)
    if act.agreed(f"remove the access of {person.address}"):
        people.remove(person.address)
        act.say(f"{person.address} can't sign in any more. If they are signed in, they are out within ten minutes.")
