"""`rollcall doctor --deep`: what doesn't agree in a table is found, repaired, and then agrees."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from unit.cli.fakes import DESCRIPTION, CommandLine
from unit.core.builders import a_field, a_form, words

from admin_cli.aws.contexts import Context, ContextFile
from admin_cli.forms.in_memory import GivenForms
from registration_core.adapters.clock import SystemClock
from registration_core.adapters.dynamodb.guard_keys import GuardKeys
from registration_core.adapters.dynamodb.management import ManagedDynamoRepository
from registration_core.adapters.dynamodb.sdk import sdk_call
from registration_core.adapters.dynamodb.table import Table
from registration_core.bootstrap import manage_service
from registration_core.domain.fields import Option
from registration_core.domain.quota import Quota, Waitlist
from registration_core.services.submit import SubmitService

if TYPE_CHECKING:
    from pathlib import Path

    from registration_core.services.manage import ManageService

FORM = a_form(
    a_field("text", "name", required=True),
    a_field("email", "email", required=True),
    a_field(
        "choice",
        "day",
        required=True,
        options=(Option("a", words("A"), capacity=2), Option("b", words("B"), capacity=2)),
    ),
    quota=Quota("day", Waitlist.AUTO),
    once="day",
)


@dataclass
class Books:
    """A table with submissions, and the command line that checks it."""

    dynamodb: Any
    name: str
    line: CommandLine

    def __post_init__(self) -> None:
        self.table = Table(sdk_call(self.dynamodb), self.name)
        self.repository = ManagedDynamoRepository(self.table, clock=SystemClock())

    def register(self, name: str, day: str = "a") -> str:
        service = SubmitService(
            repository=self.repository, signer=GuardKeys(self.table), clock=SystemClock(), randomness=os.urandom
        )
        answers = {"name": name, "email": f"{name}@example.org", "day": day}
        return service.submit(FORM, answers, key=f"{name} {day}", language="en").id

    @property
    def staff(self) -> ManageService:
        return manage_service(self.dynamodb, self.name, GivenForms({FORM.name: FORM}))

    def check(self, *options: str) -> tuple[int, list[tuple[str, str, str]]]:
        ran = self.line("doctor", "--deep", *options, "--json", "check,health,says,mend")
        assert ran.code in (0, 1), ran.err
        lines = [each for each in json.loads(ran.out) if each["health"] != "ok"]
        return ran.code, [(each["check"], each["health"], f"{each['says']} {each['mend']}") for each in lines]


@pytest.fixture
def books(tmp_path: Path, dynamodb: Any, table: str) -> Books:
    contexts = ContextFile(tmp_path / "contexts.json")
    contexts.write(contexts.read().with_entry(Context("prod", "prod", "eu-north-1")).using("prod"))
    line = CommandLine(
        contexts,
        forms={FORM.name: FORM},
        clients={"dynamodb": dynamodb},
        description=replace(DESCRIPTION, table=table),
        sleep=lambda _seconds: None,
    )
    return Books(dynamodb, table, line)


def test_check__finds_a_sound_table_clean(books: Books) -> None:
    robin, kim, *_ = [books.register(name) for name in ("robin", "kim", "ada", "bo")]
    books.register("robin", "b")
    books.staff.cancel(robin, by="staff")
    books.staff.erase(kim, by="registrant")
    books.register("kim")

    assert books.check() == (0, [])


def test_check__counts_the_seats_again(books: Books) -> None:
    """A quota that counts other seats than are held is found, shown, repaired on request, and right afterwards."""
    for name in ("robin", "kim", "ada"):
        books.register(name)
    books.table.update((f"QUOTA#{FORM.name}#a", "QUOTA"), "SET taken = :none", none=0)

    says = f"{FORM.name}, a: the quota counts 0 seats taken, and 2 are held."
    found = (1, [("quotas", "failure", f"{says} --repair would count 2 seats taken.")])
    assert books.check() == found
    assert books.check("--repair", "--dry-run") == found
    assert books.check("--repair", "--yes") == (0, [("quotas", "repaired", f"{says} Done: count 2 seats taken.")])
    assert books.check() == (0, [])
    assert books.repository.quotas(FORM.name, ["a"])["a"].taken == 2
