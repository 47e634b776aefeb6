"""Preparation: what a table that was restored from a backup lacks before the stack may use it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from admin_cli.errors import CliError, ExitCode
from admin_cli.submissions.lookup import counted
from registration_core.adapters.given_forms import GivenForms
from registration_core.bootstrap.command_line import copied_suppressions, guard_key_ring, ledger_of_erasures
from registration_core.bootstrap.connections import staff_table
from registration_core.bootstrap.staff import manage_service

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import TypeVar

    from admin_cli.stack import Stack
    from registration_core.adapters.dynamodb.guard_key_ring import Ring

    Thing = TypeVar("Thing")

LEDGER_OF = timedelta(days=3 * 365)
"""How far back the ledger is read. Nobody restores an older backup."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a restored table lacks. does, done: what is to do, and what was done.

    carry_out: does it, for the IAM principal `by`, and calls the other after each item.
    """

    does: str
    done: str
    carry_out: Callable[[str, Callable[[], None]], None]


def steps(stack: Stack, table: str, *, ledger_of: str | None) -> Iterator[Step]:
    """Yield what a restored table lacks, compared with the table that knows what happened since. Raises CliError.

    ledger_of: that table's name; None for the stack's.
    """
    in_use = stack.description.table
    before = ledger_of or in_use
    if table == before:
        raise CliError(
            f"{table} is the table that erasures are read from, so it can't be the restored one.",
            hint="Name the restored table. If the stack already uses it, name the previous one with --ledger-of.",
            exit_code=ExitCode.USAGE,
        )
    client, where = stack.client("dynamodb"), f"from {before} into {table}"
    keys = guard_key_ring(client, table)
    today, restored = guard_key_ring(client, before).read(), keys.read()
    ring = _joined(today, restored, in_use=table == in_use)
    if ring is not None and ring != restored:
        yield Step(
            f"copy the guard keys {where}",
            f"Guard keys copied {where}.",
            lambda _by, _advance: keys.write(ring, instead_of=restored),
        )
    copies = copied_suppressions(client, source=before, target=table)
    if missing := copies.missing():
        addresses = f"{len(missing)} suppressed {'address' if len(missing) == 1 else 'addresses'}"
        yield Step(
            f"copy {addresses} {where}",
            f"{addresses} copied {where}.",
            lambda _by, advance: _each(missing, copies.copy, advance),
        )
    manage = manage_service(staff_table(client, table), GivenForms(stack.forms))
    unerased = manage.unerased(ledger_of_erasures(client, before, since=datetime.now(UTC) - LEDGER_OF))
    if unerased:
        yield Step(
            f"erase {counted(len(unerased))} for good in {table}, as in {before}",
            f"{counted(len(unerased))} erased in {table}.",
            lambda by, advance: _each(unerased, lambda submission: manage.erase(submission.id, by=by), advance),
        )


def _each(things: Iterable[Thing], do: Callable[[Thing], object], advance: Callable[[], None]) -> None:
    for thing in things:
        do(thing)
        advance()


def _joined(today: Ring | None, restored: Ring | None, *, in_use: bool) -> Ring | None:
    """Join today's guard keys, which the suppressions to copy need, and the restored table's own.

    in_use: whether the stack uses the restored table already. Its functions don't know today's key yet, so theirs
    stays in force.
    """
    if today is None:
        return restored
    ring, others = (restored, today) if in_use and restored is not None else (today, restored)
    for key in others.keys if others is not None else ():
        ring = ring.with_older(key)
    return ring
