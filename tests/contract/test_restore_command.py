"""`rollcall restore prepare`: what was erased since a backup is erased again in the restored table."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import guide
import pytest
from contract.fakes import PlainSigner
from unit.cli.fakes import DESCRIPTION, CommandLine
from unit.core.builders import a_field, a_form, words

from admin_cli.aws.contexts import Context, ContextFile
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.guard_key_ring import GuardKeyRing, Ring
from registration_core.adapters.dynamodb.guard_keys import GuardKeys
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.outcomes import DynamoSuppressionList
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.adapters.given_forms import GivenForms
from registration_core.bootstrap.connections import staff_table
from registration_core.bootstrap.staff import manage_service
from registration_core.domain.fields import Option
from registration_core.domain.mail import MailState
from registration_core.domain.quota import Quota, Waitlist
from registration_core.domain.submission import Status
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from registration_core.services.manage import ManageService

FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field("choice", "day", required=True, options=(Option("a", words("A"), capacity=1),)),
    quota=Quota("day", Waitlist.AUTO),
)


@dataclass
class Books:
    """The table of a stack, and one restored from it."""

    dynamodb: Any
    table: str
    restored: str

    def register(self, name: str) -> str:
        service = SubmitService(
            repository=self.of(self.table), signer=PlainSigner(), clock=SystemClock(), randomness=os.urandom
        )
        answers = {"name": name, "email": f"{name}@example.org", "day": "a"}
        return service.submit(FORM, answers, key=name, language="en").id

    def restore(self) -> None:
        self.dynamodb.restore_table_to_point_in_time(
            SourceTableName=self.table, TargetTableName=self.restored, UseLatestRestorableTime=True
        )

    def of(self, table: str) -> ManagedDynamoRepository:
        return ManagedDynamoRepository(Table(sdk_call(self.dynamodb), table), clock=SystemClock())

    def suppressions(self, table: str) -> DynamoSuppressionList:
        return DynamoSuppressionList(Table(sdk_call(self.dynamodb), table), signer=PlainSigner(), clock=SystemClock())

    @property
    def staff(self) -> ManageService:
        return manage_service(staff_table(self.dynamodb, self.table), GivenForms({FORM.name: FORM}))

    def text(self) -> str:
        """Return everything in the restored table as text."""
        return json.dumps(self.dynamodb.scan(TableName=self.restored)["Items"])


RESTORED = pytest.mark.needs("point-in-time restore")


@pytest.fixture
def books(dynamodb: Any, table: str) -> Iterator[Books]:
    restored = f"{table}-restored-1"
    yield Books(dynamodb, table, restored)
    if restored in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=restored)


@pytest.fixture
def line(tmp_path: Path, dynamodb: Any, table: str) -> CommandLine:
    contexts = ContextFile(tmp_path / "contexts.json")
    contexts.write(contexts.read().with_entry(Context("prod", "prod", "eu-north-1")).using("prod"))
    return CommandLine(
        contexts,
        forms={FORM.name: FORM},
        clients={"dynamodb": dynamodb},
        description=replace(DESCRIPTION, table=table),
    )


@RESTORED
def test_prepare__erases_again_what_was_erased_since(line: CommandLine, books: Books) -> None:
    """Nothing of those people is left, nobody else changes, and a promoted registrant keeps the seat."""
    robin, kim, ada = map(books.register, ("robin", "kim", "ada"))
    books.restore()
    for erased in (robin, kim):
        books.staff.erase(erased, by="registrant")
    assert "robin@example.org" in books.text()

    ran = line("restore", "prepare", books.restored, "--yes")

    assert ran.code == 0, ran.err
    assert f"2 submissions erased in {books.restored}." in ran.err
    restored = books.of(books.restored)
    assert [restored.get(each).status for each in (robin, kim, ada)] == [
        Status.ERASED,
        Status.ERASED,
        Status.CONFIRMED,
    ]
    assert [word for word in ("robin", "kim") if f"{word}@example.org" in books.text()] == []
    assert restored.get(ada).answers["name"] == "ada"
    assert set(restored.erased(since=SystemClock().now())) == {robin, kim}
    assert "has nothing left to prepare" in line("restore", "prepare", books.restored, "--yes").err


@RESTORED
def test_prepare__copies_suppressions(line: CommandLine, books: Books) -> None:
    """Addresses that bounced or complained after the backup stay suppressed, for the longer of the two periods."""
    robin, kim, ada = (f"{name}@example.org" for name in ("robin", "kim", "ada"))
    now = SystemClock().now()
    before = books.suppressions(books.table)
    before.add(kim, reason=MailState.BOUNCED, expires_at=now + timedelta(days=1))
    books.restore()
    before.add(kim, reason=MailState.COMPLAINED, expires_at=now + timedelta(days=900))
    before.add(robin, reason=MailState.BOUNCED, expires_at=now + timedelta(days=180))
    restored = books.suppressions(books.restored)

    dry = line("restore", "prepare", books.restored, "--dry-run")
    suppression = restored.holds(robin)
    ran = line("restore", "prepare", books.restored, "--yes")

    assert (ran.code, suppression) == (0, False), ran.err
    assert f"Would copy 2 suppressed addresses from {books.table} into {books.restored}." in dry.err
    assert f"2 suppressed addresses copied from {books.table} into {books.restored}." in ran.err
    assert [restored.holds(each) for each in (robin, kim, ada)] == [True, True, False]
    assert books.text().count(MailState.COMPLAINED.value) == 1
    assert "suppressed" not in line("restore", "prepare", books.restored, "--yes").err


@RESTORED
def test_prepare__copies_the_guard_keys_that_suppressions_need(line: CommandLine, books: Books) -> None:
    """A suppression made with a key of after the backup holds in the restored table, and its own keys stay known."""
    call = sdk_call(books.dynamodb)
    (old,) = GuardKeys(Table(call, books.table)).keys()
    books.restore()
    ring = GuardKeyRing(Table(call, books.table))
    ring.write(Ring(("ab" * 32,)), instead_of=Ring((old,)))  # rotated, and the older key forgotten
    suppressions = DynamoSuppressionList(
        Table(call, books.table), signer=GuardKeys(Table(call, books.table)), clock=SystemClock()
    )
    until = SystemClock().now() + timedelta(days=1)
    suppressions.add("robin@example.org", reason=MailState.BOUNCED, expires_at=until)

    dry = line("restore", "prepare", books.restored, "--dry-run")
    ran = line("restore", "prepare", books.restored, "--yes")

    assert "Would copy the guard keys" in dry.err
    assert (ran.code, "Guard keys copied" in ran.err) == (0, True), ran.err
    keys = GuardKeys(Table(call, books.restored))
    assert keys.keys() == ("ab" * 32, old)
    assert DynamoSuppressionList(Table(call, books.restored), signer=keys, clock=SystemClock()).holds(
        "robin@example.org"
    )
    assert "guard keys" not in line("restore", "prepare", books.restored, "--yes").err.lower()


@RESTORED
def test_prepare__after_the_switch__leaves_the_key_in_force(line: CommandLine, books: Books) -> None:
    """Functions use the restored table's key and don't know today's yet, so today's is only recognised."""
    call = sdk_call(books.dynamodb)
    (old,) = GuardKeys(Table(call, books.table)).keys()
    books.restore()
    announced = Ring((old,)).announce("cd" * 32, at=SystemClock().now())
    GuardKeyRing(Table(call, books.restored)).write(announced, instead_of=Ring((old,)))
    GuardKeyRing(Table(call, books.table)).write(Ring(("ab" * 32, old)), instead_of=Ring((old,)))
    line.description = replace(line.description, table=books.restored)
    words = ("restore", "prepare", books.restored, "--ledger-of", books.table, "--yes")

    assert "Guard keys copied" in line(*words).err
    assert GuardKeys(Table(call, books.restored)).keys() == (old, "ab" * 32, "cd" * 32)
    assert "guard keys" not in line(*words).err.lower()


@RESTORED
def test_check__says_what_prepare_would_do(line: CommandLine, books: Books) -> None:
    """It exits with 1 until the table is prepared, lists every step, and changes nothing."""
    robin = books.register("robin")
    (old,) = GuardKeys(Table(sdk_call(books.dynamodb), books.table)).keys()
    books.restore()
    books.staff.erase(robin, by="registrant")
    until = SystemClock().now() + timedelta(days=1)
    books.suppressions(books.table).add("kim@example.org", reason=MailState.BOUNCED, expires_at=until)
    ring = GuardKeyRing(Table(sdk_call(books.dynamodb), books.table))
    ring.write(Ring(("ab" * 32, old)), instead_of=Ring((old,)))
    where = f"from {books.table} into {books.restored}"

    for _ in range(2):
        ran = line("restore", "check", books.restored)
        assert ran.code == 1
        assert ran.out.splitlines() == [
            f"To do: copy the guard keys {where}.",
            f"To do: copy 1 suppressed address {where}.",
            f"To do: erase 1 submission for good in {books.restored}, as in {books.table}.",
        ]
    assert line("restore", "prepare", books.restored, "--yes").code == 0

    ran = line("restore", "check", books.restored)
    assert (ran.code, ran.out) == (0, f"{books.restored} has nothing left to prepare.\n")


@RESTORED
def test_prepare__dry_run_changes_nothing(line: CommandLine, books: Books) -> None:
    robin = books.register("robin")
    books.restore()
    books.staff.erase(robin, by="registrant")

    ran = line("restore", "prepare", books.restored, "--dry-run")

    assert f"Would erase 1 submission for good in {books.restored}, as in {books.table}." in ran.err
    assert "robin@example.org" in books.text()


@RESTORED
def test_prepare__after_the_switch__reads_the_old_tables_ledger(line: CommandLine, books: Books) -> None:
    """The stack already uses the restored table, so the operator names the one before."""
    robin = books.register("robin")
    books.restore()
    books.staff.erase(robin, by="registrant")
    line.description = replace(line.description, table=books.restored)

    same = line("restore", "prepare", books.restored, "--yes")
    ran = line("restore", "prepare", books.restored, "--ledger-of", books.table, "--yes")

    assert (same.code, "--ledger-of" in same.err) == (2, True)
    assert ran.code == 0, ran.err
    assert "robin@example.org" not in books.text()


def test_prepare__of_a_missing_table__says_so(line: CommandLine, books: Books) -> None:
    robin = books.register("robin")
    books.staff.erase(robin, by="registrant")

    ran = line("restore", "prepare", "rollcall-none", "--yes")

    assert ran.code != 0
    assert 'There is no table "rollcall-none"' in ran.err


@RESTORED
@pytest.mark.parametrize("command", guide.beyond("rollcall restore prepare"))
def test_guide__commands_run(line: CommandLine, books: Books, command: str) -> None:
    books.restore()
    words_of = [
        {"rollcall-prod": books.table, "rollcall-prod-restored-1": books.restored}.get(word, word)
        for word in shlex.split(command)[1:]
    ]

    ran = line(*words_of, typed="y\n")

    assert ran.code == 0, ran.err
