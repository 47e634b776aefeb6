"""The staff API and the desk: who signs in, what the function may do, what browsers may do with the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from infra.old_states import HOLDS_DATA, REPLACEABLE
from infra.planned import Plan, block, plan_as_json
from infra.test_costs import at_rest

if TYPE_CHECKING:
    from rollcall_local.terraform import LocalTerraform

POOL = "module.sign_in[0].aws_cognito_user_pool"


@pytest.fixture(scope="module")
def with_iam(terraform: LocalTerraform) -> Plan:
    """The plan of a stack whose staff sign their requests with AWS credentials, behind a firewall."""
    return Plan(plan_as_json(terraform, values={"staff_auth": {"kind": "iam"}, "firewall": {}}))


def test_pool__lets_in_invited_people_with_a_second_factor(everything: Plan) -> None:
    pool = everything.one(f"{POOL}.this")

    assert block(pool, "admin_create_user_config")["allow_admin_create_user_only"]
    assert pool["mfa_configuration"] == "ON"
    assert block(pool, "software_token_mfa_configuration")["enabled"]
    assert block(pool, "account_recovery_setting")["recovery_mechanism"] == [{"name": "admin_only", "priority": 1}]
    assert block(pool, "password_policy")["minimum_length"] >= 12
    assert pool["deletion_protection"] == "ACTIVE"


def test_user_names__are_addresses_as_people_write_them(everything: Plan) -> None:
    """With an address as an alias, AWS would invent user names, and histories would name nobody."""
    pool = everything.one(f"{POOL}.this")

    assert not block(pool, "username_configuration")["case_sensitive"]
    assert not pool["alias_attributes"]
    assert not pool["username_attributes"]


def test_parts__hold_data_or_may_be_replaced(everything: Plan) -> None:
    """So that an upgrade is held to what must stay."""
    assert {kind for kind in everything.types if "cognito" in kind} <= HOLDS_DATA.keys() | REPLACEABLE


def test_groups__are_readers_and_managers(everything: Plan) -> None:
    assert {one["name"] for one in everything.all("aws_cognito_user_group").values()} == {"readers", "managers"}


def test_client__gets_short_tokens_by_the_code_flow_alone(everything: Plan) -> None:
    client = everything.one(f"{POOL}_client.desk")
    units = block(client, "token_validity_units")

    assert (client["generate_secret"], client["allowed_oauth_flows"]) == (False, ["code"])
    assert client["explicit_auth_flows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]
    assert set(client["allowed_oauth_scopes"]) == {"openid", "rollcall/staff"}
    assert set(client["callback_urls"]) == {"https://courses.kuggen.se/desk/", "http://localhost:8976/"}
    assert client["logout_urls"] == ["https://courses.kuggen.se/desk/"]
    assert (client["access_token_validity"], units["access_token"]) == (10, "minutes")
    assert (client["refresh_token_validity"], units["refresh_token"]) == (12, "hours")
    assert client["enable_token_revocation"]
    assert client["prevent_user_existence_errors"] == "ENABLED"


def test_desk__is_served_with_headers_of_its_own(everything: Plan) -> None:
    policy = everything.one('module.site.aws_cloudfront_response_headers_policy.this["desk"]')
    (distribution,) = everything.all("aws_cloudfront_distribution").values()
    (behaviour,) = [one for one in distribution["ordered_cache_behavior"] if one["path_pattern"] == "/desk/*"]

    more = {item["header"]: item["value"] for item in block(policy, "custom_headers_config")["items"]}
    assert more["Cache-Control"] == "no-cache"
    assert {"camera=(self)", "microphone=()", "geolocation=()"} <= set(more["Permissions-Policy"].split(", "))
    assert (behaviour["target_origin_id"], sorted(behaviour["allowed_methods"])) == ("site", ["GET", "HEAD"])
    assert len(behaviour["function_association"]) == 1  # other names of the site lead to its own here too


def test_exports__are_private_and_gone_after_a_day(with_iam: Plan) -> None:
    rules = with_iam.one("module.exports[0].aws_s3_bucket_lifecycle_configuration.this")["rule"]
    blocked = with_iam.one("module.exports[0].aws_s3_bucket_public_access_block.this")

    assert [(block(rule, "expiration")["days"], rule["status"]) for rule in rules] == [(1, "Enabled")]
    assert block(rules[0], "noncurrent_version_expiration")["noncurrent_days"] == 1
    assert blocked["block_public_policy"]
    assert blocked["restrict_public_buckets"]


def test_iam__signs_each_call_of_the_staff_api(with_iam: Plan) -> None:
    definition = json.loads(with_iam.one("module.api.aws_api_gateway_rest_api.this")["body"])
    staff = definition["paths"]["/staff/{proxy+}"]

    assert definition["components"]["securitySchemes"]["staff"]["x-amazon-apigateway-authtype"] == "awsSigv4"
    assert staff["x-amazon-apigateway-any-method"]["security"] == [{"staff": []}]
    assert "security" not in staff["options"]
    assert "aws_cognito_user_pool" not in with_iam.types
    assert 'module.site.aws_cloudfront_response_headers_policy.this["desk"]' not in with_iam.addresses


def test_callers__without_rights_get_401_or_403(with_iam: Plan) -> None:
    """The gateway answers an unsigned request as it does an unknown path: neither may look like a missing page."""
    definition = json.loads(with_iam.one("module.api.aws_api_gateway_rest_api.this")["body"])
    answers: dict[str, Any] = definition["x-amazon-apigateway-gateway-responses"]

    for kind in ("MISSING_AUTHENTICATION_TOKEN", "INVALID_SIGNATURE", "EXPIRED_TOKEN", "ACCESS_DENIED"):
        assert answers[kind]["statusCode"] == "403"


def test_firewall__lets_staff_write_what_people_wrote(with_iam: Plan) -> None:
    """An answer that staff correct may look like an attack, as it may in the form."""
    rules = with_iam.one("module.api_firewall[0].aws_wafv2_web_acl.this")["rule_json"]

    assert "^(/(v1))?/staff/" in rules


def test_desk__costs_nothing_at_rest(with_iam: Plan, plans: dict[str, Plan]) -> None:
    assert at_rest(with_iam) == at_rest(plans["local"])
