"""Names of one's own, and one origin for site and API, as they are planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from infra.planned import Plan, block, plan_as_json
from infra.test_entry_points import page_rules

from lambda_handlers.http_response import description_response

if TYPE_CHECKING:
    from rollcall_local.terraform import LocalTerraform

FOR_A_YEAR_OR_A_MINUTE = "658327ea-f89d-4fab-a63d-7e88639e58f6"
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""AWS's managed policies: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html"""


def distribution(plan: Plan) -> dict[str, Any]:
    (planned,) = plan.all("aws_cloudfront_distribution").values()
    return planned


def test_certificates__are_in_the_regions_that_use_them(with_options: Plan) -> None:
    certificates = with_options.all("aws_acm_certificate")
    waits = with_options.all("aws_acm_certificate_validation").values()

    assert {
        (one["domain_name"], *one["subject_alternative_names"], one["region"]) for one in certificates.values()
    } == {
        ("courses.kuggen.se", "www.kuggen.se", "us-east-1"),
        ("api.kuggen.se", "eu-north-1"),
    }
    assert {one["validation_method"] for one in certificates.values()} == {"DNS"}
    assert {one["region"] for one in waits} == {"us-east-1", "eu-north-1"}


def test_zone__gets_every_record(with_options: Plan) -> None:
    records = with_options.all("aws_route53_record")
    aliases = {(one["name"], one["type"]) for one in records.values() if one["alias"]}
    site = {(name, kind) for name in ("courses.kuggen.se", "www.kuggen.se") for kind in ("A", "AAAA", "HTTPS")}

    assert aliases == site | {("api.kuggen.se", "A"), ("api.kuggen.se", "AAAA")}
    assert {address.split('"')[-2] for address in records if ".validation[" in address} == {
        "courses.kuggen.se",
        "www.kuggen.se",
        "api.kuggen.se",
    }
    assert {one["zone_id"] for one in records.values()} == {"Z0123456789ABCDEFGHIJ"}
    assert with_options.described["output_changes"]["domain_dns_records"]["after"] is None


def test_site__has_its_names_with_tls_of_2021(with_options: Plan) -> None:
    planned = distribution(with_options)
    certificate = block(planned, "viewer_certificate")

    assert set(planned["aliases"]) == {"courses.kuggen.se", "www.kuggen.se"}
    assert (certificate["minimum_protocol_version"], certificate["ssl_support_method"]) == ("TLSv1.2_2021", "sni-only")
    (environ,) = with_options.one("module.submit.aws_lambda_function.this")["environment"]
    assert environ["variables"]["SITE_URL"] == "https://courses.kuggen.se"


def test_redirects__are_the_only_function_at_the_edge(with_options: Plan, prod: Plan) -> None:
    (function,) = with_options.all("aws_cloudfront_function").values()
    planned = distribution(with_options)

    assert block(block(planned, "default_cache_behavior"), "function_association")["event_type"] == "viewer-request"
    assert 'name = "courses.kuggen.se"' in function["code"]
    assert (function["runtime"], function["publish"]) == ("cloudfront-js-2.0", True)
    assert not [one for one in planned["ordered_cache_behavior"] if one["function_association"]]
    assert block(distribution(prod), "default_cache_behavior")["function_association"] == []


def test_api__answers_at_its_own_name_only(with_options: Plan) -> None:
    (name,) = with_options.all("aws_api_gateway_domain_name").values()
    (api,) = with_options.all("aws_api_gateway_rest_api").values()
    mappings = with_options.all("aws_api_gateway_base_path_mapping").values()

    assert (name["domain_name"], name["security_policy"]) == ("api.kuggen.se", "TLS_1_2")
    assert block(name, "endpoint_configuration")["types"] == ["REGIONAL"]
    assert {(one["base_path"], one["stage_name"]) for one in mappings} == {(None, "v1"), ("api", "api")}
    assert api["disable_execute_api_endpoint"] is True


def test_stages__serve_and_limit_alike(with_options: Plan) -> None:
    stages = with_options.all("aws_api_gateway_stage").values()
    limits = with_options.all("aws_api_gateway_method_settings").values()
    assert {one["stage_name"] for one in stages} == {one["stage_name"] for one in limits} == {"v1", "api"}
    assert len({str(one["settings"]) for one in limits}) == 1
    assert {address for address in with_options.all("aws_lambda_permission") if ".edge[" in address} == {
        f'aws_lambda_permission.edge["edge-{call}"]'
        for call in ("get-forms", "post-forms", "get-my", "post-my", "calendar")
    }
    alarm = with_options.one('module.alarms.aws_cloudwatch_metric_alarm.this["api-errors"]')
    assert alarm["dimensions"] == {"ApiName": "rollcall-prod"}


def test_one_origin__passes_the_api_on(with_options: Plan) -> None:
    """POSTs uncached; the Host is the API's own, or the gateway would not find it."""
    planned = distribution(with_options)
    (api,) = (one for one in planned["origin"] if one["origin_id"] == "api")
    forms, rest = planned["ordered_cache_behavior"]

    assert (api["domain_name"], api["origin_path"]) == ("api.kuggen.se", "")
    assert block(api, "custom_origin_config")["origin_protocol_policy"] == "https-only"
    assert block(api, "custom_header")["name"] == "X-Rollcall-Edge"
    assert [one["path_pattern"] for one in (forms, rest)] == ["/api/forms/*", "/api/*"]
    assert set(forms["allowed_methods"]) == {"GET", "HEAD"}
    assert "POST" in rest["allowed_methods"]
    assert (rest["cache_policy_id"], rest["origin_request_policy_id"]) == (CACHING_DISABLED, ALL_VIEWER_EXCEPT_HOST)
    assert not forms["origin_request_policy_id"]
    assert {one["target_origin_id"] for one in (forms, rest)} == {"api"}
    assert {one["viewer_protocol_policy"] for one in (forms, rest)} == {"redirect-to-https"}
    assert "connect-src 'self' https://api.kuggen.se" in page_rules(with_options)


def test_one_origin__keeps_forms_for_ten_seconds(with_options: Plan) -> None:
    (policy,) = with_options.all("aws_cloudfront_cache_policy").values()

    answer = description_response({}, if_none_match="")
    assert (policy["min_ttl"], policy["default_ttl"]) == (0, 0)
    assert answer["headers"]["Cache-Control"] == f"public, max-age={policy['max_ttl']}" == "public, max-age=10"
    key = block(policy, "parameters_in_cache_key_and_forwarded_to_origin")
    assert (key["enable_accept_encoding_brotli"], key["enable_accept_encoding_gzip"]) == (True, True)
    assert block(key, "cookies_config")["cookie_behavior"] == "none"
    assert block(block(key, "headers_config"), "headers")["items"] == ["Origin"]
    assert block(block(key, "query_strings_config"), "query_strings")["items"] == ["brief"]


def test_one_origin__leaves_the_apis_errors_alone(with_options: Plan) -> None:
    """A closed form answers 403; one visitor's error must never be another's."""
    errors = distribution(with_options)["custom_error_response"]

    assert {(one["error_code"], one["response_page_path"] or None) for one in errors} == {
        (404, "/not-found"),
        *((code, None) for code in (500, 502, 503, 504)),
    }
    assert {one["error_caching_min_ttl"] for one in errors} == {0}
    statements = with_options.one("module.site.data.aws_iam_policy_document.bucket")["statement"]
    assert [one["actions"] for one in statements] == [["s3:GetObject"], ["s3:ListBucket"]]


def test_distribution__compresses_and_speaks_http_3(with_options: Plan, prod: Plan) -> None:
    """CachingOptimized has both gzip and Brotli on."""
    for plan in (with_options, prod):
        planned = distribution(plan)
        default = block(planned, "default_cache_behavior")
        assert planned["http_version"] == "http2and3"
        assert default["cache_policy_id"] == FOR_A_YEAR_OR_A_MINUTE
        assert all(one["compress"] for one in [default, *planned["ordered_cache_behavior"]])


def test_names__wait_until_their_certificates_can_be_issued(terraform: LocalTerraform) -> None:
    """Without a zone the stack keeps its old addresses, and says which records to add."""
    values = {"site_url": "https://d111.kuggen.se", "domain": {"site": "courses.kuggen.se"}}
    plan = Plan(plan_as_json(terraform, values=values))

    assert distribution(plan)["aliases"] is None
    assert block(distribution(plan), "viewer_certificate")["cloudfront_default_certificate"] is True
    assert len(plan.all("aws_acm_certificate")) == 1
    assert not plan.types & {"aws_acm_certificate_validation", "aws_route53_record", "aws_api_gateway_domain_name"}
    step = plan.described["output_changes"]["domain_next_step"]["after"]
    assert "domain_dns_records" in step
    assert "records_added = true" in step
