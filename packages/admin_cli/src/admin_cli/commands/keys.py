"""`rollcall keys`: the keys that recognise a person or a request that was there before."""

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
Change the guard keys: what a stack recognises a person by who registers twice, without keeping their address.

A stack makes the first key itself. For the keys that sign links, see docs/operator.md, Keys.

Examples:
  rollcall keys adopt
  rollcall keys rotate
  rollcall keys rotate --forget-older
""")

ForgetOlder = Annotated[bool, typer.Option("--forget-older", help="Recognise nothing any more that an older key made.")]


@app.command(cls=Command)
def adopt(ctx: typer.Context, *, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Take over the guard key of an older stack, once, so that who registered before cannot register twice.

    Stacks used to keep it in the functions' configuration, made of the first key that signs links; this makes it of
    that key again and puts it into the table. Run it before the upgrade's apply; afterwards it helps too, within five
    minutes. It needs the right to read the secret rollcall/STACK/signing-key, which an administrator has. A second run
    changes nothing.

    Examples:
      rollcall keys adopt --dry-run
      rollcall keys adopt --yes
    """
    from registration_core.adapters.dynamodb.guard_key_ring import Ring, name_of  # noqa: PLC0415 - loads the SDK

    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    key = _key_of_before(act)
    store = _store(act)
    before = store.read()
    if before is not None and key in before.keys:
        act.say(f"The guard key {name_of(key)} is taken over already.")
        return
    after = Ring((key,)) if before is None else before.with_older(key)
    if act.agreed(f"take over the guard key {name_of(key)}"):
        store.write(after, instead_of=before)
        act.say(f"The guard key {name_of(key)} is taken over: those who registered before are recognised.")


@app.command(cls=Command)
def rotate(ctx: typer.Context, *, forget_older: ForgetOlder = False, yes: Yes = False, dry_run: DryRun = False) -> None:
    """Give the guards a new key, in two runs some minutes apart; nothing stops meanwhile.

    The first run announces the new key, so that every function knows it before one of them uses it; the second, six
    minutes later or more, puts it in force. What an older key made is still recognised, so that nobody can register
    twice. When all entries from before have gone, --forget-older takes the older keys away.

    Examples:
      rollcall keys rotate
      rollcall keys rotate --dry-run
      rollcall keys rotate --forget-older --yes
    """
    act = begin(of(ctx), yes=yes, dry_run=dry_run)
    store = _store(act)
    ring = store.read()
    if ring is None:
        act.say("This stack has no guard key yet: the first submission makes one.")
    elif forget_older:
        _forget(act, store, ring)
    elif ring.coming is None:
        _announce(act, store, ring)
    else:
        _put_in_force(act, store, ring)


def _announce(act: Act, store: GuardKeyRing, ring: Ring) -> None:
    after = ring.announce(secrets.token_hex(KEY_BYTES), at=datetime.now(UTC))
    if act.agreed("announce a new guard key"):
        store.write(after, instead_of=ring)
        due = after.in_force_from()
        assert due is not None  # noqa: S101 - just announced
        act.say(f"A new guard key is announced. Put it in force after {for_person(due)}: rollcall keys rotate")


def _put_in_force(act: Act, store: GuardKeyRing, ring: Ring) -> None:
    due = ring.in_force_from()
    if due is not None and datetime.now(UTC) < due:
        raise CliError(
            f"The new guard key is not known to all functions before {for_person(due)}.",
            hint="Run the same command again after that.",
        )
    if act.agreed("put the announced guard key in force"):
        store.write(ring.put_in_force(), instead_of=ring)
        act.say(f"The new guard key is in force. {len(ring.keys)} older stay recognised.")


def _forget(act: Act, store: GuardKeyRing, ring: Ring) -> None:
    older = len(ring.keys) - 1
    if not older:
        act.say("There is no older guard key.")
        return
    act.say(
        "Addresses that complained or bounced while an older key was in force would get mail again, for nothing else "
        "tells who they are."
    )
    if act.agreed(f"forget {older} older guard key{'s' if older > 1 else ''}, with all that it made"):
        store.write(ring.forget_older(), instead_of=ring)
        act.say("Only the guard key in force is left.")


def _store(act: Act) -> GuardKeyRing:
    from registration_core.bootstrap import guard_key_ring  # noqa: PLC0415 - loads the SDK

    return guard_key_ring(act.stack.client("dynamodb"), act.stack.description.table)


def _key_of_before(act: Act) -> str:
    """Make the guard key as Terraform once did, of the first key that signs links. Raises CliError."""
    reader, name = act.stack.client("secretsmanager"), f"{SECRET_PREFIX}{act.stack.description.stack}/signing-key"
    with sessions.sentences(act.stack.context):
        try:
            first = reader.get_secret_value(SecretId=name, VersionStage="FIRST")["SecretString"]
        except reader.exceptions.ResourceNotFoundException as error:
            raise CliError(
                f"The secret {name} has no version FIRST: this stack always made its guard key itself.",
                hint="Nothing is to be taken over.",
                exit_code=ExitCode.NOT_FOUND,
            ) from error
    return hashlib.sha256(f"hmac {first}".encode()).hexdigest()
