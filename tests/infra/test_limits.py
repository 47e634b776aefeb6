"""The numbers and switches of a plan: what a slip of the pen would change, and no emulator would tell of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from infra.planned import Plan, block

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY_S = 24 * 60 * 60

#: Seconds that a function may run, and its memory in MB. A processor's share grows with the memory.
FUNCTIONS = {
    "submit": (10, 512),
    "links": (15, 512),
    "sweep": (240, 256),
    "dispatch": (30, 256),
    "notify": (30, 512),
    "feedback": (15, 256),
}

#: Lambda's own lines from WARN on: docs/operator.md, Logs.
LOGS = {"log_format": "JSON", "system_log_level": "WARN"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function__has_its_time_memory_and_share_of_the_account(plan: Plan, function: str) -> None:
    """-1 is the account's common pool, where no share is reserved."""
    made = plan.one(f"module.{function}.aws_lambda_function.this")

    assert (made["timeout"], made["memory_size"]) == FUNCTIONS[function]
    reserved = plan.variables["reserved_concurrency"][function]
    assert made["reserved_concurrent_executions"] == (-1 if reserved is None else reserved)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function__logs_at_the_level_that_is_chosen(plan: Plan, function: str) -> None:
    made = plan.one(f"module.{function}.aws_lambda_function.this")
    (environment,) = made["environment"]
    logs = block(made, "logging_config")

    assert environment["variables"]["LOG_LEVEL"] == plan.variables["log_level"]
    assert environment["variables"]["STACK"] == plan.variables["stack"]
    assert logs["application_log_level"] == plan.variables["log_level"].replace("WARNING", "WARN")
    assert LOGS.items() <= logs.items()


@pytest.mark.parametrize("function", FUNCTIONS)
def test_function__reads_the_stacks_own_table(plan: Plan, function: str) -> None:
    (environment,) = plan.one(f"module.{function}.aws_lambda_function.this")["environment"]
    name = f"rollcall-{plan.variables['stack']}"
    wanted = {"TABLE": name, "CONFIGURATION_SET": name, "SENDER": plan.variables["sender"]}

    given = {key: value for key, value in environment["variables"].items() if key in wanted}
    assert given == {key: wanted[key] for key in given}


def test_stream__is_read_from_its_beginning_and_given_up_after_six_hours(plan: Plan) -> None:
    mapping = plan.one("aws_lambda_event_source_mapping.dispatch")

    assert mapping["starting_position"] == "TRIM_HORIZON"
    assert (mapping["batch_size"], mapping["maximum_retry_attempts"]) == (100, 10)
    assert mapping["maximum_record_age_in_seconds"] == DAY_S / 4
    assert mapping["enabled"] is True


def test_mails__are_sent_ten_at_a_time_by_two(plan: Plan) -> None:
    """Two stay below the rate that SES gives a new account."""
    mapping = plan.one("aws_lambda_event_source_mapping.notify")

    assert mapping["batch_size"] == 10
    assert block(mapping, "scaling_config")["maximum_concurrency"] == 2
    assert mapping["enabled"] is True


def test_queues__keep_messages_long_enough_to_be_looked_after(plan: Plan) -> None:
    """Dead letters for as long as SQS keeps anything, mails over a long weekend; the privacy guide says so."""
    for queue in plan.all("aws_sqs_queue").values():
        kept_days = queue["message_retention_seconds"] / DAY_S
        assert kept_days == (14 if queue["name"].endswith("-dead-letters") else 4), queue["name"]
        assert queue["fifo_queue"] is False
        assert queue["delay_seconds"] == 0


@pytest.mark.parametrize("function", ["feedback", "sweep"])
def test_function__is_tried_again_as_it_is_told_to_be(plan: Plan, function: str) -> None:
    """The settings are of this function and of no other."""
    settings = plan.one(f"aws_lambda_function_event_invoke_config.{function}")

    assert settings["function_name"] == plan.one(f"module.{function}.aws_lambda_function.this")["function_name"]


def test_sweep__that_comes_late_is_dropped(plan: Plan) -> None:
    target = plan.one("aws_cloudwatch_event_target.sweep")

    assert block(target, "retry_policy") == {"maximum_event_age_in_seconds": 300, "maximum_retry_attempts": 0}
    assert (target["event_bus_name"], target["target_id"]) == ("default", "sweep")


def test_bucket__is_versioned_encrypted_and_owned_and_forgets_after_a_month(plan: Plan) -> None:
    def only(kind: str) -> dict[str, Any]:
        (found,) = plan.all(f"aws_s3_bucket_{kind}").values()
        return found

    assert block(only("versioning"), "versioning_configuration")["status"] == "Enabled"
    rule = block(only("server_side_encryption_configuration"), "rule")
    assert block(rule, "apply_server_side_encryption_by_default")["sse_algorithm"] == "AES256"
    assert block(only("ownership_controls"), "rule")["object_ownership"] == "BucketOwnerEnforced"
    forgets = block(only("lifecycle_configuration"), "rule")
    assert forgets["status"] == "Enabled"
    assert block(forgets, "noncurrent_version_expiration")["noncurrent_days"] == 30
    assert block(forgets, "abort_incomplete_multipart_upload")["days_after_initiation"] == 7
    assert forgets["expiration"] == []  # a page that is published stays


def test_bucket__is_named_after_the_stack_and_the_account(plan: Plan) -> None:
    (bucket,) = plan.all("aws_s3_bucket").values()

    assert bucket["bucket"] == f"rollcall-{plan.variables['stack']}-site-000000000000"


def test_distribution__signs_what_it_asks_of_the_bucket(plan: Plan) -> None:
    (access,) = plan.all("aws_cloudfront_origin_access_control").values()

    assert access["origin_access_control_origin_type"] == "s3"
    assert (access["signing_behavior"], access["signing_protocol"]) == ("always", "sigv4")
    assert access["name"] == f"rollcall-{plan.variables['stack']}-site"


def test_distribution__is_on_and_serves_everyone_by_the_newest_protocols(plan: Plan) -> None:
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


def test_distribution__without_a_name_has_cloudfronts_certificate(plan: Plan) -> None:
    (distribution,) = plan.all("aws_cloudfront_distribution").values()

    certificate = block(distribution, "viewer_certificate")
    assert certificate["cloudfront_default_certificate"] is True
    assert certificate["minimum_protocol_version"] == "TLSv1"  # CloudFront fixes it for its own names


def test_headers__of_pages_take_the_place_of_any_other(plan: Plan) -> None:
    (policy,) = plan.all("aws_cloudfront_response_headers_policy").values()
    headers = block(policy, "security_headers_config")

    def overrides(part: dict[str, Any]) -> Iterator[bool]:
        for value in part.values():
            for one in value if isinstance(value, list) else []:
                yield one["override"]

    told = [*overrides(headers), *(one["override"] for one in block(policy, "custom_headers_config")["items"])]
    assert told == [True] * 7
    strict = block(headers, "strict_transport_security")
    assert strict["access_control_max_age_sec"] == 63072000  # two years
    assert (strict["include_subdomains"], strict["preload"]) == (False, False)
    assert policy["name"] == f"rollcall-{plan.variables['stack']}-site"


def test_api__is_regional_counts_no_metrics_by_path_and_logs_nothing(plan: Plan) -> None:
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
    """Where none stands, the gateway's own for that kind."""
    body = json.loads(plan.one("module.api.aws_api_gateway_rest_api.this")["body"])
    said = {
        kind: (response.get("statusCode"), json.loads(response["responseTemplates"]["application/json"]))
        for kind, response in body["x-amazon-apigateway-gateway-responses"].items()
    }

    assert {kind: (status, problem["code"]) for kind, (status, problem) in said.items()} == {
        "DEFAULT_4XX": (None, "bad_request"),
        "DEFAULT_5XX": (None, "server_error"),
        "MISSING_AUTHENTICATION_TOKEN": ("404", "not_found"),
        "REQUEST_TOO_LARGE": ("413", "body_too_large"),
        "THROTTLED": ("429", "too_many_requests"),
        "INTEGRATION_FAILURE": ("503", "service_unavailable"),
        "INTEGRATION_TIMEOUT": ("503", "service_unavailable"),
    }
    for status, problem in said.values():
        assert problem.get("status") == (None if status is None else int(status))
        assert problem["type"] == "about:blank"
        assert problem["request_id"] == "$context.requestId"


def test_mail__may_be_sent_and_counts_towards_the_senders_reputation(plan: Plan) -> None:
    (mails,) = plan.all("aws_sesv2_configuration_set").values()

    assert mails["configuration_set_name"] == f"rollcall-{plan.variables['stack']}"
    assert block(mails, "sending_options")["sending_enabled"] is True
    assert block(mails, "reputation_options")["reputation_metrics_enabled"] is True


def test_table__keeps_keys_and_indexes_as_text_in_their_order(plan: Plan) -> None:
    (table,) = plan.all("aws_dynamodb_table").values()

    assert {one["type"] for one in table["attribute"]} == {"S"}
    for index in table["global_secondary_index"]:
        assert [key["key_type"] for key in index["key_schema"]] == ["HASH", "RANGE"], index["name"]


def test_bucket_and_queues__refuse_all_that_is_not_encrypted(plan: Plan) -> None:
    """Every action, not some."""
    refused = [
        (where, statement.actions)
        for where, statements in plan.policies.items()
        for statement in statements
        if statement.effect == "Deny"
    ]

    assert len(refused) == 1 + len(plan.all("aws_sqs_queue"))
    for where, actions in refused:
        assert actions == {"s3:*" if where.endswith(".bucket") else "sqs:*"}, where


def test_bucket__is_read_by_the_stacks_own_distribution(plan: Plan) -> None:
    """Not by any distribution of anybody's account."""
    (configured,) = (
        one
        for one in plan.configured("module.site.data.aws_iam_policy_document.bucket")["expressions"]["statement"]
        if one["actions"]["constant_value"] == ["s3:GetObject"]
    )

    (condition,) = configured["condition"]
    assert condition["test"]["constant_value"] == "StringEquals"
    assert condition["variable"]["constant_value"] == "aws:SourceArn"
    assert "aws_cloudfront_distribution.this.arn" in condition["values"]["references"]
