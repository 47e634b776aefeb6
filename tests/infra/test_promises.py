"""What the stack promises about its data, names and limits, in every environment."""

from __future__ import annotations

from datetime import timedelta

import pytest
from infra.planned import Plan, block

from lambda_handlers import staff
from lambda_handlers.notify import MAIL_TAKES_S
from registration_core import bootstrap
from registration_core.bootstrap import connections
from registration_core.services.notify import LEASE
from registration_core.services.redrive import STUCK_AFTER
from registration_core.services.sweep import ABANDONED_AFTER

COMMON = {"STACK", "LOG_LEVEL"}
ENVIRONMENT = {
    "submit": COMMON | {"TABLE", "SITE_URL", "ALLOWED_ORIGINS", "RATE_PER_ADDRESS", "RATE_PER_EMAIL"},
    "links": COMMON | {"TABLE", "SITE_URL", "SIGNING_KEY_SECRET"},
    "sweep": COMMON | {"TABLE", "MAIL_QUEUE_URL"},
    "dispatch": COMMON | {"MAIL_QUEUE_URL"},
    "notify": COMMON | {"TABLE", "SITE_URL", "API_URL", "SENDER", "CONFIGURATION_SET", "SIGNING_KEY_SECRET"},
    "feedback": COMMON | {"TABLE"},
}
DESCRIPTION = {
    "stack", "region", "api_url", "site_url", "site_bucket", "distribution_id", "distribution_domain", "table",
    "mail_queue_url", "mail_dead_letters_url", "stream_dead_letters_url", "sender",
}  # fmt: skip


@pytest.mark.parametrize("function", ENVIRONMENT)
def test_function__gets_only_the_settings_it_needs(plan: Plan, function: str) -> None:
    address = f"module.{function}.aws_lambda_function.this"
    change = plan._change(address)["change"]
    known = change["after"]["environment"][0].get("variables") or {}
    unknown = change["after_unknown"]["environment"][0].get("variables") or {}

    assert set(known) | set(unknown) == ENVIRONMENT[function]


@pytest.mark.parametrize("function", ENVIRONMENT)
def test_function__runs_python_on_arm_with_json_logs(plan: Plan, function: str) -> None:
    """Each function has its own log group."""
    made = plan.one(f"module.{function}.aws_lambda_function.this")

    assert made["function_name"] == f"rollcall-{plan.variables['stack']}-{function}"
    assert made["handler"] == f"lambda_handlers.{function}.handler"
    assert made["runtime"] == "python3.13"
    assert made["architectures"] == ["arm64"]
    logs = block(made, "logging_config")
    assert logs["log_format"] == "JSON"
    assert logs["log_group"] == f"/aws/lambda/rollcall-{plan.variables['stack']}-{function}"
    group = plan.one(f"module.{function}.aws_cloudwatch_log_group.this")
    assert group["name"] == logs["log_group"]


def test_logs__expire(plan: Plan) -> None:
    groups = plan.all("aws_cloudwatch_log_group")

    assert len(groups) == len(ENVIRONMENT)
    for where, group in groups.items():
        assert group["retention_in_days"] == plan.variables["log_retention_days"] > 0, where


def test_table__streams_recovers_expires_and_is_encrypted(plan: Plan) -> None:
    (table,) = plan.all("aws_dynamodb_table").values()

    assert table["name"] == f"rollcall-{plan.variables['stack']}"
    assert table["billing_mode"] == "PAY_PER_REQUEST"
    assert (table["hash_key"], table["range_key"]) == ("pk", "sk")
    assert (table["stream_enabled"], table["stream_view_type"]) == (True, "NEW_AND_OLD_IMAGES")
    assert block(table, "point_in_time_recovery")["enabled"] is True
    assert block(table, "server_side_encryption")["enabled"] is True
    assert block(table, "ttl") == {"attribute_name": "expires_at", "enabled": True}
    assert {
        (index["name"], *(key["attribute_name"] for key in index["key_schema"]), index["projection_type"])
        for index in table["global_secondary_index"]
    } == {
        ("by_month", "month", "id", "ALL"),
        ("by_email", "email_key", "id", "ALL"),
        ("by_topic", "topic", "topic_id", "ALL"),
    }
    assert {one["name"] for one in table["attribute"]} == {
        "pk", "sk", "month", "id", "email_key", "topic", "topic_id",
    }  # fmt: skip


def test_data__is_protected_from_deletion_in_production(plan: Plan) -> None:
    protected = plan.variables["stack"] == "prod"

    (table,) = plan.all("aws_dynamodb_table").values()
    (bucket,) = plan.all("aws_s3_bucket").values()
    assert table["deletion_protection_enabled"] is protected
    assert bucket["force_destroy"] is not protected
    for secret in plan.all("aws_secretsmanager_secret").values():
        assert secret["recovery_window_in_days"] == (30 if protected else 0)


def test_bucket__is_encrypted_versioned_and_without_acls(plan: Plan) -> None:
    (encryption,) = plan.all("aws_s3_bucket_server_side_encryption_configuration").values()
    (versioning,) = plan.all("aws_s3_bucket_versioning").values()
    (ownership,) = plan.all("aws_s3_bucket_ownership_controls").values()

    rule = block(encryption, "rule")
    assert block(rule, "apply_server_side_encryption_by_default")["sse_algorithm"] == "AES256"
    assert block(versioning, "versioning_configuration")["status"] == "Enabled"
    assert block(ownership, "rule")["object_ownership"] == "BucketOwnerEnforced"


def test_rate_limits__admit_a_school_class_and_a_big_family(plans: dict[str, Plan]) -> None:
    def told(environment: str) -> tuple[str, str]:
        (environ,) = plans[environment].one("module.submit.aws_lambda_function.this")["environment"]
        return environ["variables"]["RATE_PER_ADDRESS"], environ["variables"]["RATE_PER_EMAIL"]

    assert told("prod") == told("dev") == ("100", "20")
    assert told("local") == ("0", "0")


def test_functions__finish_before_lambda_stops_them(plan: Plan) -> None:
    """Visitors learn what happened and are not cut off."""
    timeouts = {
        name: plan.one(f"module.{name}.aws_lambda_function.this")["timeout"] for name in ("submit", "links", "notify")
    }

    assert bootstrap.ANSWER_WITHIN_S + 1 <= timeouts["submit"] <= 10
    assert bootstrap.START_WITHIN_S < 10  # Lambda's limit for a start
    assert connections.CONNECT_TIMEOUT_S + connections.READ_TIMEOUT_S < timeouts["links"] <= 29  # API Gateway's limit
    assert timeouts["notify"] > MAIL_TAKES_S
    # A ticket is drawn a moment before its submission is written: no sweep may take it from a visitor being served.
    assert ABANDONED_AFTER.total_seconds() >= 2 * timeouts["submit"]


def test_mail__counts_as_stuck_only_when_nothing_carries_it(plan: Plan) -> None:
    """Redriven earlier it could go out twice: another run may hold its lease, or the queue may deliver it again."""
    queue = plan.one("module.mail.module.queue.aws_sqs_queue.this")

    assert timedelta(seconds=queue["visibility_timeout_seconds"]) + LEASE <= STUCK_AFTER


def test_outputs__are_those_of_the_description(plan: Plan) -> None:
    assert set(plan.described["output_changes"]) == DESCRIPTION | {
        "delivery_next_step",
        "delivery_role_arns",
        "desk",
        "domain_dns_records",
        "domain_next_step",
        "files",
        "mail_dns_records",
        "reader_policy_arn",
        "manager_policy_arn",
        "staff_api_policy_arns",
        "webhooks",
    }


def test_secrets__are_the_description_and_the_signing_key(plan: Plan) -> None:
    stack = plan.variables["stack"]

    assert {secret["name"] for secret in plan.all("aws_secretsmanager_secret").values()} == {
        f"rollcall/{stack}",
        f"rollcall/{stack}/signing-key",
    }


def test_everything__is_tagged_with_the_project_and_the_stack(plan: Plan) -> None:
    untagged = {
        change["address"]
        for change in plan.described["resource_changes"]
        if "tags_all" in (change["change"]["after"] or {})
        and not {"Project": "rollcall", "Stack": plan.variables["stack"]}.items()
        <= (change["change"]["after"]["tags_all"] or {}).items()
    }

    assert not untagged


def test_configuration__needs_only_the_aws_provider(plan: Plan) -> None:
    """Besides it there is only what Terraform itself brings."""
    assert {one["name"] for one in plan.described["configuration"]["provider_config"].values()} == {"aws", "terraform"}


def test_staff_api__answers_before_the_gateway_gives_up(everything: Plan) -> None:
    timeout = everything.one("module.staff_function[0].aws_lambda_function.this")["timeout"]

    assert staff.ANSWER_WITHIN_S + 1 <= timeout <= 29  # API Gateway's limit
