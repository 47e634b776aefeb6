"""`rollcall restore`: a table that was restored from a backup, made ready to be the stack's."""

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
"""How far back the ledger is read: no backup that is older is worth restoring."""

app = noun("""
Make a table that was restored from a backup ready to be the stack's. docs/operator.md, Restoring, has the whole way.

Examples:
  rollcall restore prepare rollcall-prod-restored-1
""")

Restored = Annotated[str, typer.Argument(metavar="TABLE", help="The restored table.", show_default=False)]
LedgerOf = Annotated[
    str | None,
    typer.Option(metavar="TABLE", help="The table whose erasures count; by default the stack's own."),
]


@app.command(cls=Command)
def prepare(
    ctx: typer.Context, table: Restored, *, ledger_of: LedgerOf = None, yes: Yes = False, dry_run: DryRun = False
) -> None:
    """Erase again in a restored table what was erased since its backup, before the stack uses it.

    It also copies the addresses that are not mailed any more, and the guard keys made since. Both lists are read from
    the table that the stack has now; where the stack has the restored one already, --ledger-of names the one before.
    It needs the right to both tables, which an administrator has. It may be interrupted: the same command again does
    the rest.

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
            f"{table} is the table whose erasures count: it needs none of them again.",
            hint="Name the restored table; where the stack has it already, name the one before with --ledger-of.",
            exit_code=ExitCode.USAGE,
        )
    client = act.stack.client("dynamodb")
    _copy_guard_keys(act, guard_key_ring(client, before), guard_key_ring(client, table), f"from {before} into {table}")
    _copy_suppressions(act, copied_suppressions(client, source=before, target=table), f"from {before} into {table}")
    ledger = ledger_of_erasures(client, before, since=datetime.now(UTC) - LEDGER_OF)
    manage = manage_service(client, table, GivenForms(act.stack.forms))
    found = manage.unerased(ledger)
    if not found:
        act.say(f"{table} holds nothing that was erased.")
        return
    if act.agreed(f"erase {counted(len(found))} for good in {table}, as in {before}"):
        with Progress(act.services.output, "submissions erased") as progress:
            for each in found:
                manage.erase(each.id, by=act.by)
                progress.advance()
        act.say(f"{counted(len(found))} erased in {table}.")


def _copy_guard_keys(act: Act, source: GuardKeyRing, target: GuardKeyRing, where: str) -> None:
    """Have the restored table know the keys of today, which the suppressions to copy need, beside its own."""
    ring, there = source.read(), target.read()
    if ring is None:
        return
    for key in there.keys if there is not None else ():
        ring = ring.with_older(key)
    if ring != there and act.agreed(f"copy the guard keys {where}"):
        target.write(ring, instead_of=there)
        act.say(f"Guard keys copied {where}.")


def _copy_suppressions(act: Act, suppressions: CopiedSuppressions, where: str) -> None:
    """Have the restored table list whom not to mail, as the one before does now."""
    missing = suppressions.missing()
    noun_of = "address" if len(missing) == 1 else "addresses"
    if missing and act.agreed(f"copy {len(missing)} suppressed {noun_of} {where}"):
        for each in missing:
            suppressions.copy(each)
        act.say(f"{len(missing)} suppressed {noun_of} copied {where}.")
