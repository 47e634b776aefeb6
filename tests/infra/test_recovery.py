"""The option `backup`: what a plan of the whole stack makes of it, and what its role may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from infra.planned import Plan, plan_as_json
from infra.test_configuration import VALID, values_file
from shipped import SOURCES

from admin_cli.organisation.values import ValuesError, read_values

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.terraform import LocalTerraform


@pytest.fixture(scope="module")
def plan(terraform: LocalTerraform) -> Plan:
    """The stack with copies in a second Region, and everything else as it comes."""
    return Plan(plan_as_json(terraform, values={"backup": {"copy": {"region": "eu-west-1"}}}))


REFUSED = {
    '{ schedule = "daily" }': "backup.schedule must be a cron expression",
    '{ schedule = "cron(0 2 * * * *)" }': "with ? for the day",
    "{ keep_days = 0.5 }": "whole numbers from 1 to 36500",
    '{ copy = { region = "eu-west-1", keep_days = 0 } }': "whole numbers from 1 to 36500",
    "{ keep_days = 100, cold_after_days = 11 }": "backup.keep_days at least 90 more",
    '{ copy = { region = "Ireland" } }': "another Region's code",
    "{ keep_days = 30, lock = { min_days = 31 } }": "a locked vault refuses copies",
    '{ copy = { region = "eu-west-1", keep_days = 7 }, lock = { min_days = 8 } }': "a locked vault refuses copies",
    "{ lock = { min_days = 8, changeable_for_days = 2 } }": "not even AWS",
}


@pytest.mark.parametrize("backup", REFUSED)
def test_backup__that_aws_would_refuse_is_refused_before(tmp_path: Path, backup: str) -> None:
    with pytest.raises(ValuesError) as refusal:
        read_values(SOURCES, values_file(tmp_path, VALID | {"backup": backup}))

    assert REFUSED[backup] in str(refusal.value)


@pytest.mark.parametrize(
    "backup",
    [
        '{ schedule = "cron(0/30 1-3 ? * MON-FRI *)", keep_days = 1 }',
        "{ keep_days = 101, cold_after_days = 11 }",
        '{ copy = { region = "eu-west-1", keep_days = 7 }, lock = { min_days = 7, changeable_for_days = 3 } }',
    ],
)
def test_backup__that_aws_takes_is_accepted(tmp_path: Path, backup: str) -> None:
    assert read_values(SOURCES, values_file(tmp_path, VALID | {"backup": backup}))["backup"]


def test_backup__copies_the_stacks_table_every_night(plan: Plan) -> None:
    module = "module.backup[0]"
    (rule,) = plan.one(f"{module}.aws_backup_plan.this")["rule"]

    assert (rule["schedule"], rule["lifecycle"][0]["delete_after"]) == ("cron(0 2 * * ? *)", 90)
    assert plan.references("module.backup.aws_backup_selection.this", "resources") == ["var.table_arn"]
    call = plan.described["configuration"]["root_module"]["module_calls"]["backup"]
    assert "module.store.arn" in call["expressions"]["table_arn"]["references"]


def test_role__restores_only_into_new_tables_of_this_stack(plan: Plan) -> None:
    """A restore into the table in use, or into another stack's, is refused by AWS."""
    address = "module.backup[0].data.aws_iam_policy_document.this"
    written = {
        resource
        for statement in plan.policies[address]
        if statement.actions & {"dynamodb:PutItem", "dynamodb:RestoreTableFromAwsBackup", "dynamodb:DeleteItem"}
        for resource in statement.resources
        if resource.startswith("arn:")
    }

    assert written == {"arn:aws:dynamodb:*:000000000000:table/rollcall-local-restored-*"}


def test_role__is_assumed_by_aws_backup_for_this_account(plan: Plan) -> None:
    (statement,) = plan.policies["module.backup[0].data.aws_iam_policy_document.assume"]

    assert [principal["identifiers"] for principal in statement.principals] == [["backup.amazonaws.com"]]
    assert statement.conditions == {("StringEquals", "aws:SourceAccount"): ["000000000000"]}
