"""The ways into and out of the stack: site, API, queues, mails, and the events that invoke functions."""

from __future__ import annotations

import hashlib
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from infra.planned import Plan, block

from rollcall_local.errors import TerraformFailedError

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.terraform import LocalTerraform


def test_queues__are_encrypted_and_mail_has_dead_letters(plan: Plan) -> None:
    queues = plan.all("aws_sqs_queue")
    name = f"rollcall-{plan.variables['stack']}"

    assert {queue["name"] for queue in queues.values()} == {
        f"{name}-mail",
        f"{name}-mail-dead-letters",
        f"{name}-stream-dead-letters",
        f"{name}-feedback-dead-letters",
    }
    assert all(queue["sqs_managed_sse_enabled"] for queue in queues.values())
    mail = queues["module.mail.module.queue.aws_sqs_queue.this"]
    notify = plan.one("module.notify.aws_lambda_function.this")
    assert mail["visibility_timeout_seconds"] >= 6 * notify["timeout"]
    assert "var.dead_letters" in plan.references("module.mail.module.queue.aws_sqs_queue.this", "redrive_policy")


def test_stream__invokes_dispatch_and_sets_failures_aside(plan: Plan) -> None:
    """Only submissions and notices invoke it."""
    mapping = plan.one("aws_lambda_event_source_mapping.dispatch")

    patterns = [json.loads(one["pattern"]) for one in block(mapping, "filter_criteria")["filter"]]
    assert len(patterns) == 2
    assert {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["SUB"]}}}} in patterns
    assert {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "NOTICE#"}]}}}} in patterns
    assert mapping["bisect_batch_on_function_error"] is True
    assert 0 < mapping["maximum_retry_attempts"] < 100
    assert 0 < mapping["maximum_record_age_in_seconds"] < 24 * 60 * 60
    assert len(mapping["destination_config"]) == 1


def test_mail_queue__invokes_notify_with_partial_failures(plan: Plan) -> None:
    mapping = plan.one("aws_lambda_event_source_mapping.notify")

    assert mapping["function_response_types"] == ["ReportBatchItemFailures"]
    assert block(mapping, "scaling_config")["maximum_concurrency"] >= 2


def test_mail__is_encrypted_and_skips_bounced_addresses(plan: Plan) -> None:
    (mails,) = plan.all("aws_sesv2_configuration_set").values()

    assert block(mails, "delivery_options")["tls_policy"] == "REQUIRE"
    assert set(block(mails, "suppression_options")["suppressed_reasons"]) == {"BOUNCE", "COMPLAINT"}


def test_ses__reports_outcomes_to_feedback(plan: Plan) -> None:
    name = f"rollcall-{plan.variables['stack']}"

    (destination,) = plan.all("aws_sesv2_configuration_set_event_destination").values()
    assert destination["configuration_set_name"] == name
    destination_block = block(destination, "event_destination")
    assert destination_block["enabled"] is True
    assert set(destination_block["matching_event_types"]) == {"BOUNCE", "COMPLAINT", "DELIVERY", "REJECT"}
    assert plan.one("module.mail.aws_sns_topic.feedback")["name"] == f"{name}-feedback"
    assert plan.one("aws_sns_topic_subscription.feedback")["protocol"] == "lambda"
    assert "module.mail.feedback_topic_arn" in plan.references("aws_sns_topic_subscription.feedback", "topic_arn")
    assert "module.feedback.arn" in plan.references("aws_sns_topic_subscription.feedback", "endpoint")


def test_sweep__runs_every_five_minutes_and_finishes_by_then(plan: Plan) -> None:
    rule = plan.one("aws_cloudwatch_event_rule.sweep")
    target = plan.one("aws_cloudwatch_event_target.sweep")

    assert rule["schedule_expression"] == "rate(5 minutes)"
    assert target["rule"] == rule["name"] == f"rollcall-{plan.variables['stack']}-sweep"
    assert plan.one("module.sweep.aws_lambda_function.this")["timeout"] < 300
    # Lambda decides what becomes of a failed run; the rule drops what Lambda would not accept in time.
    runs = plan.one("aws_lambda_function_event_invoke_config.sweep")
    assert (runs["maximum_retry_attempts"], runs["maximum_event_age_in_seconds"]) == (0, 300)
    assert "module.sweep.name" in plan.references("aws_lambda_function_event_invoke_config.sweep", "function_name")
    delivery = block(target, "retry_policy")
    assert (delivery["maximum_retry_attempts"], delivery["maximum_event_age_in_seconds"]) == (0, 300)


def test_feedback__is_set_aside_after_three_failures(plan: Plan) -> None:
    """SNS delivers a notification once: what Lambda drops is lost, and the address would be mailed again."""
    where = "aws_lambda_function_event_invoke_config.feedback"

    assert plan.one(where)["maximum_retry_attempts"] == 2
    assert "module.feedback.name" in plan.references(where, "function_name")
    (configured,) = [
        one["expressions"]["destination_config"]
        for one in plan.described["configuration"]["root_module"]["resources"]
        if one["address"] == where
    ]
    assert "module.feedback_dead_letters.arn" in configured[0]["on_failure"][0]["destination"]["references"]


def test_identity__is_the_domain_or_else_the_address(plans: dict[str, Plan]) -> None:
    identities = {
        environment: next(iter(plans[environment].all("aws_sesv2_email_identity").values()))["email_identity"]
        for environment in ("local", "dev", "prod")
    }

    assert identities == {"local": "courses@example.org", "dev": "courses-test@kuggen.se", "prod": "kuggen.se"}


def page_rules(plan: Plan) -> list[str]:
    """Return the rules of the site's content security policy."""
    (policy,) = plan.all("aws_cloudfront_response_headers_policy").values()
    headers = block(policy, "security_headers_config")
    rules: list[str] = block(headers, "content_security_policy")["content_security_policy"].split("; ")
    return rules


def test_existing_identity__is_neither_made_nor_deleted(with_options: Plan) -> None:
    """Others may send with it too."""
    assert not with_options.all("aws_sesv2_email_identity")
    assert with_options.described["output_changes"]["mail_dns_records"]["after"] == []


def test_missing_package__names_the_command_that_builds_it(terraform: LocalTerraform, tmp_path: Path) -> None:
    tfvars = tmp_path / "given.tfvars"
    tfvars.write_text(
        'stack = "prod"\nregion = "eu-north-1"\nsender = "courses@kuggen.se"\n'
        f'package_path = "{tmp_path / "none.zip"}"\n',
        encoding="utf-8",
    )

    with pytest.raises(TerraformFailedError) as refusal:
        terraform.run("plan", input=False, var_file=str(tfvars))

    assert "none.zip. Build it first: make package" in " ".join(str(refusal.value).split())


def test_site__is_https_only_with_pages_for_missing_addresses(plan: Plan) -> None:
    (distribution,) = plan.all("aws_cloudfront_distribution").values()

    behaviour = block(distribution, "default_cache_behavior")
    assert behaviour["viewer_protocol_policy"] == "redirect-to-https"
    assert set(behaviour["allowed_methods"]) == {"GET", "HEAD"}
    assert behaviour["compress"] is True
    assert distribution["default_root_object"] == "index.html"
    assert {
        (one["error_code"], one["response_code"], one["response_page_path"])
        for one in distribution["custom_error_response"]
    } == {(code, 404, "/not-found") for code in (403, 404)} | {
        (code, 503, "/unavailable") for code in (500, 502, 503, 504)
    }


def test_site__tells_browsers_what_its_pages_may_do(plans: dict[str, Plan]) -> None:
    plan = plans["local"]
    (policy,) = plan.all("aws_cloudfront_response_headers_policy").values()

    headers = block(policy, "security_headers_config")
    assert block(headers, "strict_transport_security")["access_control_max_age_sec"] >= 31536000
    assert block(headers, "frame_options")["frame_option"] == "DENY"
    assert block(headers, "content_type_options")["override"] is True
    assert block(headers, "referrer_policy")["referrer_policy"] == "strict-origin-when-cross-origin"
    api, site = (
        re.match(r"https?://[^/]+", plan.variables[name])[0]  # type: ignore[index]
        for name in ("api_url", "site_url")
    )
    assert block(headers, "content_security_policy")["content_security_policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        f"connect-src 'self' {api}; form-action 'self' {api} {site}; "
        "frame-ancestors 'none'; base-uri 'none'; object-src 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    more = {item["header"]: item["value"] for item in block(policy, "custom_headers_config")["items"]}
    assert more["Cross-Origin-Opener-Policy"] == "same-origin"
    assert {"camera=()", "geolocation=()", "microphone=()"} <= set(more["Permissions-Policy"].split(", "))


def test_turnstile__is_the_only_addition_to_the_policy(with_options: Plan) -> None:
    rules = page_rules(with_options)
    assert "script-src 'self' https://challenges.cloudflare.com" in rules
    assert "frame-src https://challenges.cloudflare.com" in rules
    # the widget's script is not ours, so trusted types can't apply
    assert not [rule for rule in rules if "trusted-types" in rule]
    work = with_options.one("data.aws_iam_policy_document.submit")["statement"]
    (reads,) = (statement for statement in work if statement["actions"] == ["secretsmanager:GetSecretValue"])
    assert [resource.split(":", 5)[5] for resource in reads["resources"]] == ["secret:rollcall/prod/turnstile-??????"]
    (environ,) = with_options.one("module.submit.aws_lambda_function.this")["environment"]
    assert environ["variables"]["TURNSTILE_SECRET_NAME"] == "rollcall/prod/turnstile"


def definition(plan: Plan) -> dict[str, Any]:
    """The API's OpenAPI document."""
    document: dict[str, Any] = json.loads(plan.one("module.api.aws_api_gateway_rest_api.this")["body"])
    return document


def test_api__is_deployed_as_one_document(plan: Plan) -> None:
    """A route that is a separate resource is removed after the deployment: the stage would keep serving it."""
    kinds = {kind for kind in plan.types if kind.startswith("aws_api_gateway_")}

    assert kinds == {f"aws_api_gateway_{kind}" for kind in ("rest_api", "deployment", "stage", "method_settings")}
    deployment = plan.one("module.api.aws_api_gateway_deployment.this")
    body = plan.one("module.api.aws_api_gateway_rest_api.this")["body"]
    assert deployment["triggers"] == {"definition": hashlib.sha256(body.encode()).hexdigest()}


def test_api__passes_each_form_to_submit(plan: Plan) -> None:
    paths = definition(plan)["paths"]

    forms = {f"/{form}": {"GET", "POST", "OPTIONS"} for form in plan.variables["forms"]}
    assert {path: {verb.upper() for verb in verbs} for path, verbs in paths.items()} == forms | {
        "/forms/{form}": {"GET"},
        "/my": {"GET", "POST"},
        "/calendar.ics": {"GET", "HEAD"},
    }
    for path, verbs in paths.items():
        for verb, operation in verbs.items():
            integration = operation["x-amazon-apigateway-integration"]
            if verb == "options":
                assert integration["type"] == "mock", path
            else:
                function = "links" if path in ("/my", "/calendar.ics") else "submit"
                assert (integration["type"], integration["httpMethod"]) == ("aws_proxy", "POST"), path
                name = f":function:rollcall-{plan.variables['stack']}-{function}/invocations"
                assert integration["uri"].endswith(name), path


def test_api__answers_preflights_itself(plan: Plan) -> None:
    for form in plan.variables["forms"]:
        operation = definition(plan)["paths"][f"/{form}"]["options"]
        (response,) = operation["x-amazon-apigateway-integration"]["responses"].values()
        allowed = {name.rsplit(".", 1)[1]: value for name, value in response["responseParameters"].items()}
        assert response["statusCode"] == "204"
        assert allowed == {
            "Access-Control-Allow-Origin": "'*'",
            "Access-Control-Allow-Methods": "'POST,OPTIONS'",
            "Access-Control-Allow-Headers": "'Content-Type,Idempotency-Key'",
            "Access-Control-Max-Age": "'600'",
        }
        assert operation["responses"]["204"]["headers"].keys() == allowed.keys()


def test_gateway_errors__are_readable_for_any_page(plan: Plan) -> None:
    errors = definition(plan)["x-amazon-apigateway-gateway-responses"]

    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "REQUEST_TOO_LARGE"} <= errors.keys()
    for where, error in errors.items():
        headers = {name.rsplit(".", 1)[1]: value for name, value in error["responseParameters"].items()}
        assert headers["Access-Control-Allow-Origin"] == "'*'", where
        assert headers["Access-Control-Expose-Headers"] == "'Retry-After'", where
        assert headers["Content-Type"] == "'application/problem+json'", where
        problem = json.loads(error["responseTemplates"]["application/json"])
        assert {"type", "title", "detail", "code"} <= set(problem), where


def test_gateway_errors__say_when_to_retry(plan: Plan) -> None:
    """This covers every kind with status 429 or 5xx, and the gateway's default for the rest."""
    errors = definition(plan)["x-amazon-apigateway-gateway-responses"]

    retried = {
        where: error["responseParameters"].get("gatewayresponse.header.Retry-After") for where, error in errors.items()
    }
    assert {where: seconds for where, seconds in retried.items() if seconds} == {
        "THROTTLED": "'2'",
        "DEFAULT_5XX": "'5'",
        "INTEGRATION_FAILURE": "'5'",
        "INTEGRATION_TIMEOUT": "'5'",
    }


def test_api__is_throttled_and_logs_no_answers(plan: Plan) -> None:
    (settings,) = plan.all("aws_api_gateway_method_settings").values()

    assert settings["method_path"] == "*/*"
    limits = block(settings, "settings")
    assert limits["throttling_rate_limit"] == plan.variables["throttle"]["rate"] > 0
    assert limits["throttling_burst_limit"] == plan.variables["throttle"]["burst"] > 0
    assert limits["data_trace_enabled"] is False
