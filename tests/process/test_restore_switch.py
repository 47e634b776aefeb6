"""`rollcall restore switch`: the steps from the present table to a restored one, in order, and again after a stop."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import guide
import pytest
from botocore.exceptions import ClientError
from unit.cli.fakes import DESCRIPTION

from admin_cli.aws.table_switch import ADDRESS, INDEXES

if TYPE_CHECKING:
    from process.fake_terraform import Terraform
    from unit.cli.fakes import CommandLine

OLD, RESTORED = "rollcall-prod", "rollcall-prod-restored-1"


@dataclass
class Tables:
    """DynamoDB as the switch uses it: tables, and whether their streams are on."""

    status: str = "ACTIVE"
    indexes: frozenset[str] = frozenset(INDEXES)
    streams: dict[str, bool] = field(default_factory=lambda: {OLD: True, RESTORED: False})

    def describe_table(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803 - DynamoDB's word
        if TableName not in self.streams:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, "DescribeTable")
        return {
            "Table": {
                "TableStatus": self.status,
                "GlobalSecondaryIndexes": [{"IndexName": one, "IndexStatus": "ACTIVE"} for one in self.indexes],
                "StreamSpecification": {"StreamEnabled": self.streams[TableName]},
            }
        }

    def update_table(self, *, TableName: str, StreamSpecification: dict[str, Any]) -> None:  # noqa: N803
        self.streams[TableName] = StreamSpecification["StreamEnabled"]

    def get_waiter(self, _name: str) -> Tables:
        return self

    def wait(self, **_name: str) -> None:
        return


@pytest.fixture
def tables(prod: CommandLine, terraform: Terraform) -> Tables:
    """The stack `prod` on its first table, and one that was restored from it."""
    tables = Tables()
    prod.clients = {"dynamodb": tables}
    prod.description = replace(DESCRIPTION, table=OLD)
    assert prod("infra", "import", ADDRESS, OLD).code == 0
    terraform.forget_calls()
    return tables


def words(terraform: Terraform) -> list[list[str]]:
    """Return what was run after init, without the options that every call has."""
    return [
        [word for word in call if not word.startswith(("-var-file", "-no-color"))]
        for call in terraform.words
        if call[0] != "init"
    ]


FORGET, KNOW = ["state", "rm", ADDRESS], ["import", ADDRESS, RESTORED]
APPLY = [["plan", "-out=plan"], ["apply", "plan"]]


def test_switch__takes_each_step_and_keeps_the_old_table(
    prod: CommandLine, terraform: Terraform, tables: Tables
) -> None:
    ran = prod("restore", "switch", RESTORED, typed="y\ny\n")

    assert ran.code == 0, ran.err
    assert words(terraform) == [FORGET, KNOW, *APPLY]
    assert tables.streams == {OLD: True, RESTORED: True}
    values = (terraform.values / "prod.tfvars").read_text()
    assert values.endswith(f'\ntable_name = "{RESTORED}"\n')
    assert ran.err.count("Now: ") == 5
    assert f"{OLD} is kept. To go back: rollcall restore switch {OLD}" in ran.err


def test_switch__goes_on_where_it_stopped(prod: CommandLine, terraform: Terraform, tables: Tables) -> None:
    """Here between Terraform's forgetting the old table and its knowing the new one, and then before the apply."""
    assert tables
    prod.environ["FAKE_EXIT_IMPORT"] = "1"
    stopped = prod("restore", "switch", RESTORED, "--yes")
    del prod.environ["FAKE_EXIT_IMPORT"]
    declined = prod("restore", "switch", RESTORED, typed="y\nn\n")
    ended = prod("restore", "switch", RESTORED, "--yes")

    assert (stopped.code, declined.code, ended.code) == (1, 1, 0)
    assert "Run the same command again: it goes on where it stopped." in stopped.err
    assert words(terraform) == [FORGET, KNOW, KNOW, APPLY[0], *APPLY]
    assert (terraform.values / "prod.tfvars").read_text().count("table_name") == 1


def test_switch__back_needs_no_name(prod: CommandLine, terraform: Terraform, tables: Tables) -> None:
    """The stack's own table is the one that no table_name means."""
    assert tables
    prod("restore", "switch", RESTORED, "--yes")
    terraform.forget_calls()

    assert prod("restore", "switch", OLD, "--yes").code == 0
    assert words(terraform) == [FORGET, ["import", ADDRESS, OLD], *APPLY]
    assert (terraform.values / "prod.tfvars").read_text().endswith("\ntable_name = null\n")


def test_switch__applies_no_plan_that_deletes_a_table(prod: CommandLine, terraform: Terraform, tables: Tables) -> None:
    """Whatever is typed: here, because the values say something else again."""
    assert tables
    change = {"actions": ["delete", "create"], "before": {"name": RESTORED}}
    prod.environ["FAKE_PLAN"] = json.dumps({"resource_changes": [{"type": "aws_dynamodb_table", "change": change}]})

    ran = prod("restore", "switch", RESTORED, typed="y\nprod\nprod\n")

    assert ran.code == 1
    assert f"the table {RESTORED}: everything in it is lost" in ran.err
    assert "This plan was not applied." in ran.err
    assert words(terraform)[-1][0] == "plan"


def test_switch__with_dry_run_changes_nothing(prod: CommandLine, terraform: Terraform, tables: Tables) -> None:
    ran = prod("restore", "switch", RESTORED, "--dry-run")

    assert ran.code == 0
    assert ran.err.count("Would ") == 5
    assert words(terraform) == []
    assert not tables.streams[RESTORED]
    assert "table_name" not in (terraform.values / "prod.tfvars").read_text()


@pytest.mark.parametrize(
    ("table", "changes", "code", "message"),
    [
        ("rollcall-dev-restored-1", {}, 2, "Restore into a table whose name begins with rollcall-prod-restored-"),
        ("rollcall-prod-restored-2", {}, 3, "There is no table rollcall-prod-restored-2."),
        (RESTORED, {"status": "CREATING"}, 1, "AWS is still restoring rollcall-prod-restored-1."),
        (RESTORED, {"indexes": {"by_month"}}, 1, "lacks the indexes by_email, by_topic."),
    ],
)
def test_switch__to_what_the_stack_cannot_use_is_refused(  # noqa: PLR0917 - what pytest gives
    prod: CommandLine,
    terraform: Terraform,
    tables: Tables,
    table: str,
    changes: dict[str, Any],
    code: int,
    message: str,
) -> None:
    for name, value in changes.items():
        setattr(tables, name, value)

    ran = prod("restore", "switch", table, "--yes")

    assert ran.code == code
    assert message in ran.err
    assert terraform.words == []


@pytest.mark.parametrize("line", guide.beyond("rollcall restore switch"))
def test_guide__commands_run(prod: CommandLine, tables: Tables, line: str) -> None:
    assert tables
    assert prod(*shlex.split(line)[1:], typed="y\ny\n").code == 0
