"""What a stack costs at rest: a price for each planned resource, and what runs without visitors."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING

import pytest
from conftest import ROOT

if TYPE_CHECKING:
    from infra.planned import Plan

GUIDE = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")

MOST_USD = 2.0

PRICES = {
    # https://aws.amazon.com/secrets-manager/pricing/
    "aws_secretsmanager_secret": 0.40,
    # https://aws.amazon.com/cloudwatch/pricing/: each metric that an alarm watches. The first ten in an account are
    # free, which we don't count on: another stack may use them.
    "aws_cloudwatch_metric_alarm": 0.10,
    "aws_cloudwatch_dashboard": 3.00,
}
"""USD a month in eu-north-1 for a resource that exists."""

FREE_AT_REST = {
    "aws_api_gateway_deployment", "aws_api_gateway_method_settings", "aws_api_gateway_rest_api",
    "aws_api_gateway_stage", "aws_cloudfront_distribution", "aws_cloudfront_origin_access_control",
    "aws_cloudfront_response_headers_policy", "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target",
    "aws_cloudwatch_log_group", "aws_dynamodb_table", "aws_iam_policy", "aws_iam_role", "aws_iam_role_policy",
    "aws_lambda_event_source_mapping", "aws_lambda_function", "aws_lambda_function_event_invoke_config",
    "aws_lambda_permission", "aws_s3_bucket", "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_ownership_controls", "aws_s3_bucket_policy", "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_server_side_encryption_configuration", "aws_s3_bucket_versioning",
    "aws_secretsmanager_secret_version",
    "aws_sesv2_configuration_set", "aws_sesv2_configuration_set_event_destination", "aws_sesv2_email_identity",
    "aws_sns_topic", "aws_sns_topic_subscription", "aws_sqs_queue", "aws_sqs_queue_policy",
    "aws_sqs_queue_redrive_allow_policy",
}  # fmt: skip
"""Types that cost by use only."""

RUNS = 12 * 24 * 30
SWEEP_S, SWEEP_READS, SWEEP_LOG_BYTES = 1.5, 40, 1_000
"""What one sweep of an idle stack takes, estimated high: a handful of small reads for each option with seats."""

GB_SECOND, REQUEST = 0.0000133334, 0.20 / 1_000_000  # https://aws.amazon.com/lambda/pricing/, arm64
READ_UNIT = 0.15 / 1_000_000  # https://aws.amazon.com/dynamodb/pricing/on-demand/, rounded up
LOG_BYTE = 0.60 / 1_000_000_000  # https://aws.amazon.com/cloudwatch/pricing/, rounded up


def at_rest(plan: Plan) -> dict[str, float]:
    """Return what each type costs a month in USD."""
    return {kind: price * len(plan.all(kind)) for kind, price in PRICES.items()}


def of_the_sweep(plan: Plan) -> float:
    """Return what the sweep's runs cost a month in USD."""
    memory_gb = plan.one("module.sweep.aws_lambda_function.this")["memory_size"] / 1024
    run = SWEEP_S * memory_gb * GB_SECOND + REQUEST + SWEEP_READS * READ_UNIT + SWEEP_LOG_BYTES * LOG_BYTE
    return RUNS * run


def test_stack__costs_less_than_two_dollars_at_rest(plan: Plan) -> None:
    """Without AWS's free tier."""
    assert plan.types <= PRICES.keys() | FREE_AT_REST
    assert plan.all("aws_dynamodb_table")["module.store.aws_dynamodb_table.this"]["billing_mode"] == "PAY_PER_REQUEST"

    assert sum(at_rest(plan).values()) + of_the_sweep(plan) < MOST_USD


def test_alarms__watch_one_metric_each(watched: Plan) -> None:
    """An alarm on several costs as much as several."""
    for address, alarm in watched.all("aws_cloudwatch_metric_alarm").items():
        assert not alarm.get("metric_query"), address


@pytest.mark.parametrize(
    ("row", "kind"), [("secrets", "aws_secretsmanager_secret"), ("alarms", "aws_cloudwatch_metric_alarm")]
)
def test_guide__says_what_the_parts_cost(prod: Plan, row: str, kind: str) -> None:
    (costs,) = re.findall(rf"^\| {row} \| (.*) \|$", GUIDE, re.MULTILINE)

    assert costs.startswith(f"{PRICES[kind]:.2f} each, {len(prod.all(kind))} of them")


def test_scale__counts_what_a_stack_has(prod: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    """docs/scale.md adds up the same parts."""
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    fixed = importlib.import_module("scale_costs").FIXED

    assert fixed["alarms"] == len(prod.all("aws_cloudwatch_metric_alarm"))
    assert fixed["secrets"] == len(prod.all("aws_secretsmanager_secret"))
