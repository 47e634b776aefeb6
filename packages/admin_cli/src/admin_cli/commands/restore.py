"""`rollcall restore`: prepares a table that was restored from a backup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.services import of
from admin_cli.submissions.lookup import counted
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.progress import Progress

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing
    from registration_core.adapters.dynamodb.suppressions import CopiedSuppressions

LEDGER_OF = timedelta(days=3 * 365)
"""How far back the ledger is read. Nobody restores an older backup."""

app = noun("""
Prepare a table that was restored from a backup, so that the stack can use it. All steps:
docs/operator.md, Restoring.

Examples:
  rollcall restore prepare rollcall-prod-restored-1
""")

Restored = Annotated[str, typer.Argument(metavar="TABLE", help="The restored table.", show_default=False)]
LedgerOf = Annotated[
    str | None,
    typer.Option(metavar="TABLE", help="The table to read erasures from (default: the stack's)."),
]


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
    from admin_cli.forms.in_memory import GivenForms  # noqa: PLC0415 - loads the SDK
    from registration_core.bootstrap import (  # noqa: PLC0415
        copied_suppressions,
        guard_key_ring,
        ledger_of_erasures,
        manage_service,
    )

    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    before = ledger_of or act.stack.description.table
    if table == before:
        raise CliError(
            f"{table} is the table that erasures are read from, so it can't be the restored one.",
            hint="Name the restored table. If the stack already uses it, name the previous one with --ledger-of.",
            exit_code=ExitCode.USAGE,
        )
    client = act.stack.client("dynamodb")
    _copy_guard_keys(
        act,
        guard_key_ring(client, before),
        guard_key_ring(client, table),
        where=f"from {before} into {table}",
        in_use=table == act.stack.description.table,
    )
    _copy_suppressions(act, copied_suppressions(client, source=before, target=table), f"from {before} into {table}")
    ledger = ledger_of_erasures(client, before, since=datetime.now(UTC) - LEDGER_OF)
    manage = manage_service(client, table, GivenForms(act.stack.forms))
    unerased = manage.unerased(ledger)
    if not unerased:
        act.say(f"{table} has nothing left to erase.")
        return
    if act.agreed(f"erase {counted(len(unerased))} for good in {table}, as in {before}"):
        with Progress(act.services.output, "submissions erased") as progress:
            for submission in unerased:
                manage.erase(submission.id, by=act.by)
                progress.advance()
        act.say(f"{counted(len(unerased))} erased in {table}.")


def _copy_guard_keys(act: Act, source: GuardKeyRing, target: GuardKeyRing, *, where: str, in_use: bool) -> None:
    """Join today's guard keys, which the suppressions to copy need, and the restored table's own.

    in_use: whether the stack uses the restored table already. Its functions don't know today's key yet, so theirs
    stays in force.
    """
    today, restored = source.read(), target.read()
    if today is None:
        return
    ring, others = (restored, today) if in_use and restored is not None else (today, restored)
    for key in others.keys if others is not None else ():
        ring = ring.with_older(key)
    if ring != restored and act.agreed(f"copy the guard keys {where}"):
        target.write(ring, instead_of=restored)
        act.say(f"Guard keys copied {where}.")


def _copy_suppressions(act: Act, suppressions: CopiedSuppressions, where: str) -> None:
    """Copy the suppressed addresses that the restored table lacks."""
    missing = suppressions.missing()
    addresses = f"{len(missing)} suppressed {'address' if len(missing) == 1 else 'addresses'}"
    if missing and act.agreed(f"copy {addresses} {where}"):
        for suppression in missing:
            suppressions.copy(suppression)
        act.say(f"{addresses} copied {where}.")
