"""`rollcall keys`: adopt an old guard key, announce a new one and put it in force."""

from __future__ import annotations

import hashlib
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import guide
import pytest
from unit.cli.fakes import DESCRIPTION, CommandLine

from admin_cli.aws.contexts import Context, ContextFile
from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing, Ring
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from rollcall_local.credentials import client

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.paths import Workspace

FIRST_SIGNING_KEY = "s" * 64
OLD = hashlib.sha256(f"hmac {FIRST_SIGNING_KEY}".encode()).hexdigest()
MADE = "1" * 64


@pytest.fixture
def ring(dynamodb: Any, table: str) -> GuardKeyRing:
    return GuardKeyRing(Table(sdk_call(dynamodb), table))


@pytest.fixture
def stack(table: str) -> str:
    """Return a stack name that no other test uses."""
    return table.removeprefix("rollcall-")


@pytest.fixture
def line(tmp_path: Path, bare_emulator: Workspace, dynamodb: Any, table: str, stack: str) -> CommandLine:
    """Run the command line on a stack with this table and the emulator's secrets."""
    contexts = ContextFile(tmp_path / "contexts.json")
    contexts.write(contexts.read().with_entry(Context(stack, stack, "eu-north-1")).using(stack))
    return CommandLine(
        contexts,
        clients={"dynamodb": dynamodb, "secretsmanager": client("secretsmanager", bare_emulator)},
        description=replace(DESCRIPTION, table=table),
    )


@pytest.fixture
def signing_key(bare_emulator: Workspace, stack: str) -> None:
    """Create the secret of an older stack: Terraform made its first key, the operator replaced it later."""
    secrets, name = client("secretsmanager", bare_emulator), f"rollcall/{stack}/signing-key"
    version = secrets.create_secret(Name=name, SecretString=FIRST_SIGNING_KEY)["VersionId"]
    secrets.update_secret_version_stage(SecretId=name, VersionStage="FIRST", MoveToVersionId=version)
    secrets.put_secret_value(SecretId=name, SecretString="t" * 64)


@pytest.mark.usefixtures("signing_key")
def test_adopt__before_the_upgrade__keeps_the_functions_key(line: CommandLine, ring: GuardKeyRing) -> None:
    ran = line("keys", "adopt", "--yes")

    assert ran.code == 0, ran.err
    assert ring.read() == Ring((OLD,))
    assert OLD not in ran.err + ran.out
    assert "is already adopted" in line("keys", "adopt", "--yes").err


@pytest.mark.usefixtures("signing_key")
def test_adopt__after_the_upgrade__recognises_old_guards(line: CommandLine, ring: GuardKeyRing) -> None:
    ring.write(Ring((MADE,)), instead_of=None)

    assert line("keys", "adopt", "--yes").code == 0

    assert ring.read() == Ring((MADE, OLD))


@pytest.mark.usefixtures("signing_key")
def test_adopt__dry_run__changes_nothing(line: CommandLine, ring: GuardKeyRing) -> None:
    assert "Nothing was changed" in line("keys", "adopt", "--dry-run").err
    assert ring.read() is None


def test_adopt__without_an_old_key__says_so(
    line: CommandLine, ring: GuardKeyRing, bare_emulator: Workspace, stack: str
) -> None:
    secrets = client("secretsmanager", bare_emulator)
    secrets.create_secret(Name=f"rollcall/{stack}/signing-key", SecretString="n" * 64)

    ran = line("keys", "adopt", "--yes")

    assert ran.code == 3
    assert "has no version FIRST" in ran.err
    assert ring.read() is None


def test_rotate__announces_a_key_before_using_it(line: CommandLine, ring: GuardKeyRing) -> None:
    """A key comes into force only once every function has read it."""
    ring.write(Ring((OLD,)), instead_of=None)

    assert "Announced a new guard key" in line("keys", "rotate", "--yes").err
    announced = ring.read()
    assert announced is not None
    assert announced.keys == (OLD,)
    assert announced.coming

    early = line("keys", "rotate", "--yes")
    assert early.code == 1
    assert "Some functions may not know the new guard key before" in early.err
    assert ring.read() == announced

    long_ago = replace(announced, since=datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=7))
    ring.write(long_ago, instead_of=announced)
    ran = line("keys", "rotate", "--yes")
    assert ran.code == 0, ran.err
    assert ring.read() == Ring((announced.coming, OLD))
    assert announced.coming not in ran.err + ran.out


def test_rotate__forgets_older_keys_on_request(line: CommandLine, ring: GuardKeyRing) -> None:
    ring.write(Ring((MADE, OLD)), instead_of=None)

    assert "Would forget 1 older guard key" in line("keys", "rotate", "--forget-older", "--dry-run").err
    assert line("keys", "rotate", "--forget-older", "--yes").code == 0

    assert ring.read() == Ring((MADE,))
    assert "no older guard key" in line("keys", "rotate", "--forget-older", "--yes").err


def test_rotate__without_a_key__waits_for_the_first_submission(line: CommandLine, ring: GuardKeyRing) -> None:
    assert "has no guard key yet" in line("keys", "rotate", "--yes").err
    assert ring.read() is None


@pytest.mark.usefixtures("signing_key")
@pytest.mark.parametrize("command", guide.beyond("rollcall keys"))
def test_guide__commands_run(line: CommandLine, ring: GuardKeyRing, command: str) -> None:
    ring.write(Ring((MADE,)), instead_of=None)

    ran = line(*shlex.split(command)[1:], typed="y\n")

    assert ran.code == 0, ran.err
