"""The options of variables_audit.tf, all on in one plan: CloudTrail, X-Ray and the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from infra.planned import Plan, block, plan_as_json
from infra.test_rights import WORK

if TYPE_CHECKING:
    from rollcall_local.terraform import LocalTerraform

ON = {
    "trail": {"retention_days": 400},
    "tracing": {},
    "budget": {"monthly_usd": 5, "emails": ["operators@kuggen.se", "office@kuggen.se"]},
}
ACCOUNT = "000000000000"


@pytest.fixture(scope="module")
def audited(terraform: LocalTerraform) -> Plan:
    """This machine's stack with every option on."""
    return Plan(plan_as_json(terraform, values=ON))


def test_options__are_off_by_default(plan: Plan) -> None:
    assert not plan.types & {"aws_cloudtrail", "aws_xray_sampling_rule", "aws_budgets_budget"}
    assert plan.one("module.api.aws_api_gateway_stage.this")["xray_tracing_enabled"] is False
    assert not any(function.get("tracing_config") for function in plan.all("aws_lambda_function").values())


def test_trail__covers_every_region_and_can_be_verified(audited: Plan) -> None:
    trail = audited.one("module.trail[0].aws_cloudtrail.this")

    assert trail["name"] == "rollcall-local"
    assert trail["s3_bucket_name"] == f"rollcall-local-trail-{ACCOUNT}"
    assert (trail["enable_log_file_validation"], trail["enable_logging"]) == (True, True)
    assert (trail["is_multi_region_trail"], trail["include_global_service_events"]) == (True, True)


def test_trail__records_management_and_the_tables_events(audited: Plan) -> None:
    management, table = (
        {field["field"]: field["equals"] or field["starts_with"] for field in selector["field_selector"]}
        for selector in audited.one("module.trail[0].aws_cloudtrail.this")["advanced_event_selector"]
    )

    assert management == {"eventCategory": ["Management"]}
    assert table["eventCategory"] == ["Data"]
    assert table["resources.type"] == ["AWS::DynamoDB::Table"]
    assert "resources.ARN" in table


def test_trail__alone_writes_its_bucket(audited: Plan) -> None:
    looks, writes = audited.policies["module.trail[0].data.aws_iam_policy_document.bucket"]

    assert looks.actions == {"s3:GetBucketAcl"}
    assert writes.actions == {"s3:PutObject"}
    for statement in (looks, writes):
        assert statement.principals == ({"type": "Service", "identifiers": ["cloudtrail.amazonaws.com"]},)
        (source,) = statement.conditions["StringEquals", "aws:SourceArn"]
        assert source == f"arn:aws:cloudtrail:eu-north-1:{ACCOUNT}:trail/rollcall-local"
    assert writes.conditions["StringEquals", "s3:x-amz-acl"] == ["bucket-owner-full-control"]


def test_trail__keeps_its_records_as_long_as_it_says(audited: Plan) -> None:
    """In a bucket that is private, versioned and encrypted like every other."""
    bucket = "module.trail[0].module.bucket"
    rule = block(audited.one(f"{bucket}.aws_s3_bucket_lifecycle_configuration.this"), "rule")
    versioning = block(audited.one(f"{bucket}.aws_s3_bucket_versioning.this"), "versioning_configuration")
    (refused,) = audited.policies[f"{bucket}.data.aws_iam_policy_document.encrypted_transport"]

    assert block(rule, "expiration")["days"] == 400
    assert block(rule, "noncurrent_version_expiration")["noncurrent_days"] == 30
    assert versioning["status"] == "Enabled"
    assert (refused.effect, refused.actions) == ("Deny", {"s3:*"})


def test_tracing__reaches_the_api_and_every_function(audited: Plan) -> None:
    functions = audited.all("aws_lambda_function").values()

    assert audited.one("module.api.aws_api_gateway_stage.this")["xray_tracing_enabled"] is True
    assert len(functions) == len(WORK)
    assert {block(function, "tracing_config")["mode"] for function in functions} == {"Active"}


@pytest.mark.parametrize("function", WORK)
def test_tracing__lets_a_function_send_traces_and_no_more(audited: Plan, prod: Plan, function: str) -> None:
    log, traces = audited.policies[f"module.{function}.data.aws_iam_policy_document.this"]

    assert traces.actions == {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
    assert traces.resources == {"*"}  # X-Ray knows no narrower one
    assert [log] == prod.policies[f"module.{function}.data.aws_iam_policy_document.this"]


def test_tracing__samples_this_stacks_parts(audited: Plan) -> None:
    rule = audited.one("module.tracing[0].aws_xray_sampling_rule.this")

    assert (rule["rule_name"], rule["service_name"]) == ("rollcall-local", "rollcall-local?*")
    assert (rule["reservoir_size"], rule["fixed_rate"]) == (1, 0.05)


def test_budget__mails_at_80_percent_and_before_all_is_spent(audited: Plan) -> None:
    budget = audited.one("module.budget[0].aws_budgets_budget.this")

    assert (budget["name"], budget["time_unit"], budget["budget_type"]) == ("rollcall-local", "MONTHLY", "COST")
    assert (budget["limit_amount"], budget["limit_unit"]) == ("5", "USD")
    assert block(budget, "cost_filter") == {"name": "TagKeyValue", "values": ["user:Stack$local"]}
    told = {one["notification_type"]: one for one in budget["notification"]}
    assert {kind: one["threshold"] for kind, one in told.items()} == {"ACTUAL": 80, "FORECASTED": 100}
    for one in told.values():
        assert one["comparison_operator"] == "GREATER_THAN"
        assert set(one["subscriber_email_addresses"]) == {"operators@kuggen.se", "office@kuggen.se"}
