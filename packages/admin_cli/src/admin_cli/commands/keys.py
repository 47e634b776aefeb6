"""`rollcall keys`: the keys by which a stack recognises a person who registers twice."""

from __future__ import annotations

import hashlib
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from admin_cli.aws import sessions
from admin_cli.confirmation import DryRun, Yes, begin
from admin_cli.errors import CliError, ExitCode
from admin_cli.services import of
from admin_cli.stack import SECRET_PREFIX
from admin_cli.terminal.help import Command, noun
from admin_cli.terminal.values import for_person

if TYPE_CHECKING:
    from admin_cli.confirmation import Act
    from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing, Ring

KEY_BYTES = 32

app = noun("""
Change the guard keys, by which a stack recognises a person who registers twice, without keeping
their address.

A stack creates the first key itself. For the keys that sign links, see docs/operator.md, Keys.

Examples:
  rollcall keys adopt
  rollcall keys rotate
  rollcall keys rotate --forget-older
""")

ForgetOlder = Annotated[
    bool, typer.Option("--forget-older", help="Remove the older keys; what they made is no longer recognised.")
]


@app.command(cls=Command)
def adopt(ctx: typer.Context, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Adopt an older stack's guard key, once, so that people who registered before can't register twice.

    Older stacks kept it in the functions' configuration, derived from the first key that signs
    links. This command derives it again and stores it in the table. Run it before the upgrade's
    apply; if you run it afterwards, it takes effect within five minutes. It needs permission to
    read the secret rollcall/STACK/signing-key, which an administrator has. A second run changes
    nothing.

    Examples:
      rollcall keys adopt --dry-run
      rollcall keys adopt --yes
    """
    from registration_core.adapters.dynamodb.guard_key_ring import Ring, name_of  # noqa: PLC0415 - loads the SDK

    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    key = _older_key(act)
    store = _store(act)
    before = store.read()
    if before is not None and key in before.keys:
        act.say(f"The guard key {name_of(key)} is already adopted.")
        return
    after = Ring((key,)) if before is None else before.with_older(key)
    if act.agreed(f"adopt the guard key {name_of(key)}"):
        store.write(after, instead_of=before)
        act.say(f"Adopted the guard key {name_of(key)}. People who registered before are recognised.")


@app.command(cls=Command)
def rotate(ctx: typer.Context, *, forget_older: ForgetOlder = False, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Replace the guard key, in two runs a few minutes apart; the stack keeps running.

    The first run announces the new key, so that every function knows it before one of them uses it.
    The second run, at least six minutes later, puts it to use. Older keys are still recognised, so
    that nobody can register twice. Once all submissions from before have expired, --forget-older
    removes the older keys.

    Examples:
      rollcall keys rotate
      rollcall keys rotate --dry-run
      rollcall keys rotate --forget-older --yes
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    store = _store(act)
    ring = store.read()
    if ring is None:
        act.say("This stack has no guard key yet: the first submission creates one.")
    elif forget_older:
        _forget(act, store, ring)
    elif ring.coming is None:
        _announce(act, store, ring)
    else:
        _put_to_use(act, store, ring)


def _announce(act: Act, store: GuardKeyRing, ring: Ring) -> None:
    after = ring.announce(secrets.token_hex(KEY_BYTES), at=datetime.now(UTC))
    if act.agreed("announce a new guard key"):
        store.write(after, instead_of=ring)
        due = after.in_force_from()
        assert due is not None  # noqa: S101 - just announced
        act.say(f"Announced a new guard key. Put it to use after {for_person(due)}: rollcall keys rotate")


def _put_to_use(act: Act, store: GuardKeyRing, ring: Ring) -> None:
    due = ring.in_force_from()
    if due is not None and datetime.now(UTC) < due:
        raise CliError(
            f"Some functions may not know the new guard key before {for_person(due)}.",
            hint="Run the same command again after that.",
        )
    if act.agreed("put the announced guard key to use"):
        store.write(ring.put_in_force(), instead_of=ring)
        older = "1 older key is" if len(ring.keys) == 1 else f"{len(ring.keys)} older keys are"
        act.say(f"The new guard key is in use. {older} still recognised.")


def _forget(act: Act, store: GuardKeyRing, ring: Ring) -> None:
    older = len(ring.keys) - 1
    if not older:
        act.say("There are no older guard keys.")
        return
    act.say(
        "Addresses that bounced or complained while an older key was in use would get mail again: only that key "
        "recognises them."
    )
    keys = "1 older guard key and everything it made" if older == 1 else f"{older} older guard keys and all they made"
    if act.agreed(f"forget {keys}"):
        store.write(ring.forget_older(), instead_of=ring)
        act.say("Only the guard key in use is left.")


def _store(act: Act) -> GuardKeyRing:
    from registration_core.bootstrap.command_line import guard_key_ring  # noqa: PLC0415 - loads the SDK

    return guard_key_ring(act.stack.client("dynamodb"), act.stack.description.table)


def _older_key(act: Act) -> str:
    """Derive the guard key as Terraform once did, from the first key that signs links. Raises CliError."""
    reader, name = act.stack.client("secretsmanager"), f"{SECRET_PREFIX}{act.stack.description.stack}/signing-key"
    with sessions.sentences(act.stack.context):
        try:
            first = reader.get_secret_value(SecretId=name, VersionStage="FIRST")["SecretString"]
        except reader.exceptions.ResourceNotFoundException as error:
            raise CliError(
                f"The secret {name} has no version FIRST: this stack created its guard key itself.",
                hint="There is nothing to adopt.",
                exit_code=ExitCode.NOT_FOUND,
            ) from error
    return hashlib.sha256(f"hmac {first}".encode()).hexdigest()
