"""`rollcall restore`: prepares a table that was restored from a backup."""

from __future__ import annotations

from typing import Annotated

import typer

from admin_cli.aws import sessions
from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.forms.definitions import find_sources
from admin_cli.services import of
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.progress import Progress

app = noun("""
Prepare a table that was restored from a backup, and make the stack use it. All steps:
docs/runbook.md, Restoring.

Examples:
  rollcall restore check rollcall-prod-restored-1
  rollcall restore prepare rollcall-prod-restored-1
  rollcall restore switch rollcall-prod-restored-1
""")

Restored = Annotated[str, typer.Argument(metavar="TABLE", help="The restored table.", show_default=False)]
LedgerOf = Annotated[
    str | None,
    typer.Option(metavar="TABLE", help="The table to read erasures from (default: the stack's)."),
]


@app.command(cls=Command)
def check(ctx: typer.Context, table: Restored, *, ledger_of: LedgerOf = None) -> None:
    """Say what `prepare` would still do in a restored table. It changes nothing.

    The exit code is 1 while anything is left to do: what was erased since the backup, suppressed
    addresses, or guard keys.

    Examples:
      rollcall restore check rollcall-prod-restored-1
      rollcall restore check rollcall-prod-restored-1 --ledger-of rollcall-prod
    """
    from admin_cli.table_check.preparation import steps  # noqa: PLC0415 - loads the SDK

    services = of(ctx)
    left = [step.does for step in steps(services.stack(), table, ledger_of=ledger_of)]
    for does in left:
        services.output.line(f"To do: {does}.")
    if left:
        raise typer.Exit(ExitCode.FAILURE)
    services.output.line(f"{table} has nothing left to prepare.")


@app.command(cls=Command)
def prepare(
    ctx: typer.Context, table: Restored, *, ledger_of: LedgerOf = None, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Erase from a restored table what was erased since its backup, before the stack uses it.

    It also copies suppressed addresses, and guard keys made since the backup. It reads both from
    the stack's present table; if the stack already uses the restored one, name the previous table
    with --ledger-of. It needs permission to use both tables, which an administrator has. If it is
    interrupted, run the same command again.

    Examples:
      rollcall restore prepare rollcall-prod-restored-1 --dry-run
      rollcall restore prepare rollcall-prod-restored-1
      rollcall restore prepare rollcall-prod-restored-1 --ledger-of rollcall-prod --yes
    """
    from admin_cli.table_check.preparation import steps  # noqa: PLC0415 - loads the SDK

    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    left = list(steps(act.stack, table, ledger_of=ledger_of))
    for step in left:
        if act.agreed(step.does):
            with Progress(act.services.output, "items done") as progress:
                step.carry_out(act.by, progress.advance)
            act.say(step.done)
    if not left:
        act.say(f"{table} has nothing left to prepare.")


@app.command(cls=Command)
def switch(ctx: typer.Context, table: Restored, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Make the stack use a restored table, and keep the present one.

    It writes table_name into the stack's values, tells Terraform about the table, shows the plan,
    asks, and applies it. It applies no plan that deletes what holds data or sends mail. If it is
    interrupted, run the same command again. To go back, switch to the previous table.

    You need a clone, Terraform, and the deployer's policies.

    Examples:
      rollcall restore switch rollcall-prod-restored-1 --dry-run
      rollcall restore switch rollcall-prod-restored-1
      rollcall restore switch rollcall-prod
    """
    from admin_cli.aws.deployments import Deployment, build_package, initialise  # noqa: PLC0415 - python-terraform
    from admin_cli.aws.table_switch import AGAIN, TableSwitch  # noqa: PLC0415
    from admin_cli.aws.terraform import StackTerraform  # noqa: PLC0415
    from rollcall_local.terraform import require_terraform  # noqa: PLC0415

    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    services, before = act.services, act.stack.description.table
    if act.stack.context.on_this_machine:
        raise CliError("The local stack is deployed with its own table.", exit_code=ExitCode.USAGE)
    require_terraform()
    terraform = StackTerraform(find_sources(), act.stack.context, services.environ)
    terraform.ensure_described()
    table_switch = TableSwitch(terraform, act.stack.client("dynamodb"), table)
    with sessions.sentences(act.stack.context):
        table_switch.ensure_possible()
    build_package(services, terraform.sources)
    if code := initialise(services, terraform):
        raise typer.Exit(code)
    if not act.agreed(f"switch the stack {act.stack.context.stack} from {before} to {table}"):
        for step in table_switch.steps():
            act.say(f"Would {step.what}.")
        return
    with sessions.sentences(act.stack.context):
        for step in table_switch.steps():
            act.say(f"Now: {step.what}.")
            step.do()
    act.say("Now: plan and apply.")
    if code := Deployment(services, terraform, yes=yes, delete_data=False).apply():
        services.output.tell(f"The switch is not complete. {AGAIN}")
        raise typer.Exit(code)
    act.say(f"The stack uses {table}. Commit {terraform.values}.")
    if table != before:
        act.say(f"{before} is kept. To go back: rollcall restore switch {before}")
