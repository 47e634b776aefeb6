"""The option `backup`: what a plan of the whole stack makes of it, and what its role may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT
from infra.planned import Plan, plan_as_json
from infra.test_configuration import VALID, values_file
from shipped import SOURCES

from admin_cli.aws.plans import KEPT
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


EXPORTS = "module.exports[0].aws_s3_bucket.this"


def test_everything_that_holds_data__is_protected_in_production(guided: Plan, watched: Plan) -> None:
    """With every option of the operator's guide: buckets of trails, logs and pages, the table, copies, secrets.

    An export is a copy that lasts for a day.
    """
    for plan in (guided, watched):
        buckets = plan.all("aws_s3_bucket")
        assert {address for address in buckets if buckets[address]["force_destroy"]} <= {EXPORTS}
        assert all(vault["force_destroy"] is False for vault in plan.all("aws_backup_vault").values())
        assert all(table["deletion_protection_enabled"] for table in plan.all("aws_dynamodb_table").values())
        assert all(one["recovery_window_in_days"] == 30 for one in plan.all("aws_secretsmanager_secret").values())
    assert len(guided.all("aws_backup_vault")) == 2
    assert len(guided.all("aws_s3_bucket") | watched.all("aws_s3_bucket")) >= 3


def test_what_a_plan_deletes__is_named_as_the_provider_names_it() -> None:
    """`rollcall infra plan` reads these arguments of what it warns of."""
    schema = json.loads((ROOT / "localstack/terraform_provider/standin/schema.json").read_text(encoding="utf-8"))
    used = {kind: named_by for kind, (_, named_by, _) in KEPT.items() if kind in schema["resources"]}

    assert {"aws_dynamodb_table", "aws_s3_bucket", "aws_backup_vault", "aws_sesv2_email_identity"} <= used.keys()
    for kind, named_by in used.items():
        assert named_by in schema["resources"][kind]["attributes"], kind


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
