"""The numbers and switches of a plan that a slip could change and no emulator would report."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from infra.planned import Plan, block

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY_S = 24 * 60 * 60

#: The time that a function may run, in seconds, and its memory in MB. Its share of a CPU grows with the memory.
FUNCTIONS = {
    "submit": (10, 512),
    "links": (15, 512),
    "sweep": (240, 256),
    "dispatch": (30, 256),
    "notify": (45, 512),
    "feedback": (15, 256),
}

#: Lambda's own lines from WARN on: docs/options.md, Logs.
LOGS = {"log_format": "JSON", "system_log_level": "WARN"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function__has_its_time_memory_and_concurrency(plan: Plan, function: str) -> None:
    """-1 means the account's common pool, with nothing reserved."""
    made = plan.one(f"module.{function}.aws_lambda_function.this")

    assert (made["timeout"], made["memory_size"]) == FUNCTIONS[function]
    reserved = plan.variables["reserved_concurrency"][function]
    assert made["reserved_concurrent_executions"] == (-1 if reserved is None else reserved)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function__logs_at_the_chosen_level(plan: Plan, function: str) -> None:
    made = plan.one(f"module.{function}.aws_lambda_function.this")
    (environment,) = made["environment"]
    logs = block(made, "logging_config")

    assert environment["variables"]["LOG_LEVEL"] == plan.variables["log_level"]
    assert environment["variables"]["STACK"] == plan.variables["stack"]
    assert logs["application_log_level"] == plan.variables["log_level"].replace("WARNING", "WARN")
    assert LOGS.items() <= logs.items()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function__reads_its_own_stacks_table(plan: Plan, function: str) -> None:
    (environment,) = plan.one(f"module.{function}.aws_lambda_function.this")["environment"]
    name = f"rollcall-{plan.variables['stack']}"
    expected = {"TABLE": name, "CONFIGURATION_SET": name, "SENDER": plan.variables["sender"]}

    environment_values = {key: value for key, value in environment["variables"].items() if key in expected}
    assert environment_values == {key: expected[key] for key in environment_values}


def test_stream__is_read_from_the_start_for_six_hours(plan: Plan) -> None:
    mapping = plan.one("aws_lambda_event_source_mapping.dispatch")

    assert mapping["starting_position"] == "TRIM_HORIZON"
    assert (mapping["batch_size"], mapping["maximum_retry_attempts"]) == (100, 10)
    assert mapping["maximum_record_age_in_seconds"] == DAY_S / 4
    assert mapping["enabled"] is True


def test_mails__are_sent_ten_at_a_time_by_two_functions(plan: Plan) -> None:
    """Two functions stay below the sending rate of a new SES account."""
    mapping = plan.one("aws_lambda_event_source_mapping.notify")

    assert mapping["batch_size"] == 10
    assert block(mapping, "scaling_config")["maximum_concurrency"] == 2
    assert mapping["enabled"] is True


def test_queues__keep_messages_long_enough(plan: Plan) -> None:
    """Dead letters stay as long as SQS allows, mails for a long weekend; the privacy guide says so."""
    for queue in plan.all("aws_sqs_queue").values():
        kept_days = queue["message_retention_seconds"] / DAY_S
        assert kept_days == (14 if queue["name"].endswith("-dead-letters") else 4), queue["name"]
        assert queue["fifo_queue"] is False
        assert queue["delay_seconds"] == 0


@pytest.mark.parametrize("function", ["feedback", "sweep"])
def test_function__has_its_own_retry_settings(plan: Plan, function: str) -> None:
    """The settings belong to this function only."""
    settings = plan.one(f"aws_lambda_function_event_invoke_config.{function}")

    assert settings["function_name"] == plan.one(f"module.{function}.aws_lambda_function.this")["function_name"]


def test_late_sweep__is_dropped(plan: Plan) -> None:
    target = plan.one("aws_cloudwatch_event_target.sweep")

    assert block(target, "retry_policy") == {"maximum_event_age_in_seconds": 300, "maximum_retry_attempts": 0}
    assert (target["event_bus_name"], target["target_id"]) == ("default", "sweep")


def test_bucket__is_versioned_encrypted_and_cleaned_up_monthly(plan: Plan) -> None:
    """Its owner is fixed too."""

    def only(kind: str) -> dict[str, Any]:
        (resource,) = plan.all(f"aws_s3_bucket_{kind}").values()
        return resource

    assert block(only("versioning"), "versioning_configuration")["status"] == "Enabled"
    rule = block(only("server_side_encryption_configuration"), "rule")
    assert block(rule, "apply_server_side_encryption_by_default")["sse_algorithm"] == "AES256"
    assert block(only("ownership_controls"), "rule")["object_ownership"] == "BucketOwnerEnforced"
    forgets = block(only("lifecycle_configuration"), "rule")
    assert forgets["status"] == "Enabled"
    assert block(forgets, "noncurrent_version_expiration")["noncurrent_days"] == 30
    assert block(forgets, "abort_incomplete_multipart_upload")["days_after_initiation"] == 7
    assert forgets["expiration"] == []  # a published page stays


def test_bucket__is_named_after_the_stack_and_the_account(plan: Plan) -> None:
    (bucket,) = plan.all("aws_s3_bucket").values()

    assert bucket["bucket"] == f"rollcall-{plan.variables['stack']}-site-000000000000"


def test_distribution__signs_its_requests_to_the_bucket(plan: Plan) -> None:
    (access,) = plan.all("aws_cloudfront_origin_access_control").values()

    assert access["origin_access_control_origin_type"] == "s3"
    assert (access["signing_behavior"], access["signing_protocol"]) == ("always", "sigv4")
    assert access["name"] == f"rollcall-{plan.variables['stack']}-site"


def test_distribution__is_on_and_uses_the_newest_protocols(plan: Plan) -> None:
    """It serves everyone."""
    (distribution,) = plan.all("aws_cloudfront_distribution").values()

    assert distribution["enabled"] is True
    assert distribution["is_ipv6_enabled"] is True
    assert (distribution["http_version"], distribution["price_class"]) == ("http2and3", "PriceClass_100")
    behaviour = block(distribution, "default_cache_behavior")
    assert behaviour["cached_methods"] == ["GET", "HEAD"]
    assert behaviour["cache_policy_id"] == "658327ea-f89d-4fab-a63d-7e88639e58f6"  # CachingOptimized, AWS's own
    assert behaviour["target_origin_id"] == block(distribution, "origin")["origin_id"] == "site"
    assert block(block(distribution, "restrictions"), "geo_restriction")["restriction_type"] == "none"
    assert {one["error_code"]: one["error_caching_min_ttl"] for one in distribution["custom_error_response"]} == {
        **dict.fromkeys((403, 404), 60),
        **dict.fromkeys((500, 502, 503, 504), 5),
    }


def test_distribution__without_a_domain_uses_cloudfronts_own(plan: Plan) -> None:
    (distribution,) = plan.all("aws_cloudfront_distribution").values()

    certificate = block(distribution, "viewer_certificate")
    assert certificate["cloudfront_default_certificate"] is True
    assert certificate["minimum_protocol_version"] == "TLSv1"  # CloudFront fixes it for its own domains


def test_page_headers__override_all_others(plan: Plan) -> None:
    (policy,) = plan.all("aws_cloudfront_response_headers_policy").values()
    headers = block(policy, "security_headers_config")

    def overrides(part: dict[str, Any]) -> Iterator[bool]:
        for value in part.values():
            for one in value if isinstance(value, list) else []:
                yield one["override"]

    override_values = [
        *overrides(headers),
        *(one["override"] for one in block(policy, "custom_headers_config")["items"]),
    ]
    assert override_values == [True] * 7
    strict = block(headers, "strict_transport_security")
    assert strict["access_control_max_age_sec"] == 63072000  # two years
    assert (strict["include_subdomains"], strict["preload"]) == (False, False)
    assert policy["name"] == f"rollcall-{plan.variables['stack']}-site"


def test_api__is_regional_without_path_metrics_or_logs(plan: Plan) -> None:
    (api,) = plan.all("aws_api_gateway_rest_api").values()
    (settings,) = plan.all("aws_api_gateway_method_settings").values()
    (stage,) = plan.all("aws_api_gateway_stage").values()

    assert block(api, "endpoint_configuration")["types"] == ["REGIONAL"]
    assert api["name"] == f"rollcall-{plan.variables['stack']}"
    assert (block(settings, "settings")["logging_level"], block(settings, "settings")["metrics_enabled"]) == (
        "OFF",
        False,
    )
    assert (stage["stage_name"], settings["stage_name"]) == ("v1", "v1")
    assert stage["access_log_settings"] == []


def test_gateway__answers_with_these_statuses(plan: Plan) -> None:
    """Where none is set, the gateway's default for that kind applies."""
    body = json.loads(plan.one("module.api.aws_api_gateway_rest_api.this")["body"])
    statuses = {
        kind: (response.get("statusCode"), json.loads(response["responseTemplates"]["application/json"]))
        for kind, response in body["x-amazon-apigateway-gateway-responses"].items()
    }

    assert {kind: (status, problem["code"]) for kind, (status, problem) in statuses.items()} == {
        "DEFAULT_4XX": (None, "bad_request"),
        "DEFAULT_5XX": (None, "server_error"),
        "MISSING_AUTHENTICATION_TOKEN": ("404", "not_found"),
        "REQUEST_TOO_LARGE": ("413", "body_too_large"),
        "THROTTLED": ("429", "too_many_requests"),
        "INTEGRATION_FAILURE": ("503", "service_unavailable"),
        "INTEGRATION_TIMEOUT": ("503", "service_unavailable"),
    }
    for status, problem in statuses.values():
        assert problem.get("status") == (None if status is None else int(status))
        assert problem["type"] == "about:blank"
        assert problem["request_id"] == "$context.requestId"


def test_mail__is_enabled_and_counts_for_the_senders_reputation(plan: Plan) -> None:
    (mails,) = plan.all("aws_sesv2_configuration_set").values()

    assert mails["configuration_set_name"] == f"rollcall-{plan.variables['stack']}"
    assert block(mails, "sending_options")["sending_enabled"] is True
    assert block(mails, "reputation_options")["reputation_metrics_enabled"] is True


def test_table__keeps_keys_and_indexes_as_text_in_their_order(plan: Plan) -> None:
    (table,) = plan.all("aws_dynamodb_table").values()

    assert {one["type"] for one in table["attribute"]} == {"S"}
    for index in table["global_secondary_index"]:
        assert [key["key_type"] for key in index["key_schema"]] == ["HASH", "RANGE"], index["name"]


def test_bucket_and_queues__refuse_unencrypted_requests(plan: Plan) -> None:
    """This covers every action."""
    refused = [
        (where, statement.actions)
        for where, statements in plan.policies.items()
        for statement in statements
        if statement.effect == "Deny"
    ]

    assert len(refused) == 1 + len(plan.all("aws_sqs_queue"))
    for where, actions in refused:
        assert actions == {"s3:*" if ".bucket." in where else "sqs:*"}, where


def test_bucket__is_read_by_the_stacks_own_distribution(plan: Plan) -> None:
    """A distribution of another account can't read it."""
    (configured,) = (
        one
        for one in plan.configured("module.site.data.aws_iam_policy_document.bucket")["expressions"]["statement"]
        if one["actions"]["constant_value"] == ["s3:GetObject"]
    )

    (condition,) = configured["condition"]
    assert condition["test"]["constant_value"] == "StringEquals"
    assert condition["variable"]["constant_value"] == "aws:SourceArn"
    assert "aws_cloudfront_distribution.this.arn" in condition["values"]["references"]
