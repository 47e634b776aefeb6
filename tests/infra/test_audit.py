"""The options of variables_audit.tf, with the values of the operator's guide: CloudTrail, X-Ray and the budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from infra.planned import block
from infra.test_rights import WORK

if TYPE_CHECKING:
    from infra.planned import Plan

ACCOUNT = "000000000000"


def test_options__are_off_by_default(plan: Plan) -> None:
    assert not plan.types & {"aws_cloudtrail", "aws_xray_sampling_rule", "aws_budgets_budget"}
    assert not any(stage["xray_tracing_enabled"] for stage in plan.all("aws_api_gateway_stage").values())
    assert not any(function.get("tracing_config") for function in plan.all("aws_lambda_function").values())


def test_trail__covers_every_region_and_can_be_verified(guided: Plan) -> None:
    trail = guided.one("module.trail[0].aws_cloudtrail.this")

    assert trail["name"] == "rollcall-prod"
    assert trail["s3_bucket_name"] == f"rollcall-prod-trail-{ACCOUNT}"
    assert (trail["enable_log_file_validation"], trail["enable_logging"]) == (True, True)
    assert (trail["is_multi_region_trail"], trail["include_global_service_events"]) == (True, True)


def test_trail__records_management_and_the_tables_events(guided: Plan) -> None:
    management, table = (
        {field["field"]: field["equals"] or field["starts_with"] for field in selector["field_selector"]}
        for selector in guided.one("module.trail[0].aws_cloudtrail.this")["advanced_event_selector"]
    )

    assert management == {"eventCategory": ["Management"]}
    assert table["eventCategory"] == ["Data"]
    assert table["resources.type"] == ["AWS::DynamoDB::Table"]
    assert "resources.ARN" in table


def test_trail__alone_writes_its_bucket(guided: Plan) -> None:
    looks, writes = guided.policies["module.trail[0].data.aws_iam_policy_document.bucket"]

    assert looks.actions == {"s3:GetBucketAcl"}
    assert writes.actions == {"s3:PutObject"}
    for statement in (looks, writes):
        assert statement.principals == ({"type": "Service", "identifiers": ["cloudtrail.amazonaws.com"]},)
        (source,) = statement.conditions["StringEquals", "aws:SourceArn"]
        assert source == f"arn:aws:cloudtrail:eu-north-1:{ACCOUNT}:trail/rollcall-prod"
    assert writes.conditions["StringEquals", "s3:x-amz-acl"] == ["bucket-owner-full-control"]


def test_trail__keeps_its_records_as_long_as_it_says(guided: Plan) -> None:
    """In a bucket that is private, versioned and encrypted like every other."""
    bucket = "module.trail[0].module.bucket"
    rule = block(guided.one(f"{bucket}.aws_s3_bucket_lifecycle_configuration.this"), "rule")
    versioning = block(guided.one(f"{bucket}.aws_s3_bucket_versioning.this"), "versioning_configuration")
    (refused,) = guided.policies[f"{bucket}.data.aws_iam_policy_document.encrypted_transport"]

    assert block(rule, "expiration")["days"] == 365
    assert block(rule, "noncurrent_version_expiration")["noncurrent_days"] == 30
    assert versioning["status"] == "Enabled"
    assert (refused.effect, refused.actions) == ("Deny", {"s3:*"})


def test_tracing__reaches_the_api_and_every_function(guided: Plan) -> None:
    functions = guided.all("aws_lambda_function").values()

    assert {stage["xray_tracing_enabled"] for stage in guided.all("aws_api_gateway_stage").values()} == {True}
    assert {one["function_name"].rpartition("-")[2] for one in functions} == {*WORK, "deliver", "files", "staff"}
    assert {block(function, "tracing_config")["mode"] for function in functions} == {"Active"}


@pytest.mark.parametrize("function", WORK)
def test_tracing__lets_a_function_send_traces_and_no_more(guided: Plan, prod: Plan, function: str) -> None:
    log, traces = guided.policies[f"module.{function}.data.aws_iam_policy_document.this"]

    assert traces.actions == {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
    assert traces.resources == {"*"}  # X-Ray knows no narrower one
    assert [log] == prod.policies[f"module.{function}.data.aws_iam_policy_document.this"]


def test_tracing__samples_this_stacks_parts(guided: Plan) -> None:
    rule = guided.one("module.tracing[0].aws_xray_sampling_rule.this")

    assert (rule["rule_name"], rule["service_name"]) == ("rollcall-prod", "rollcall-prod?*")
    assert (rule["reservoir_size"], rule["fixed_rate"]) == (1, 0.05)


def test_budget__mails_at_80_percent_and_before_all_is_spent(guided: Plan) -> None:
    budget = guided.one("module.budget[0].aws_budgets_budget.this")

    assert (budget["name"], budget["time_unit"], budget["budget_type"]) == ("rollcall-prod", "MONTHLY", "COST")
    assert (budget["limit_amount"], budget["limit_unit"]) == ("10", "USD")
    assert block(budget, "cost_filter") == {"name": "TagKeyValue", "values": ["user:Stack$prod"]}
    told = {one["notification_type"]: one for one in budget["notification"]}
    assert {kind: one["threshold"] for kind, one in told.items()} == {"ACTUAL": 80, "FORECASTED": 100}
    for one in told.values():
        assert one["comparison_operator"] == "GREATER_THAN"
        assert set(one["subscriber_email_addresses"]) == {"operators@kuggen.se"}
