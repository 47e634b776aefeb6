"""The firewall, the addresses and countries that may reach a stack, and what they refuse in an operator's values."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from guide import OPTIONS
from infra.planned import Plan, block, plan_as_json
from infra.test_configuration import VALID, values_file
from policies import evaluator
from policies.evaluator import Call
from policies.firewall import INSPECTED, SETS, Request, outcome
from shipped import SOURCES

from admin_cli.organisation.values import ValuesError, read_values
from lambda_handlers.http_request import MOST_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.terraform import LocalTerraform

OFFICE = ["192.0.2.0/24", "2001:db8::/32"]


@pytest.fixture(scope="module")
def shielded(terraform: LocalTerraform) -> Plan:
    """The plan of a stack with everything on."""
    return Plan(
        plan_as_json(
            terraform,
            values={
                "firewall": {},
                "access": {"addresses": OFFICE, "countries": ["SE", "NO"]},
                "encryption": {},
                "deletion_protection": True,
                "alarm_email": "operators@kuggen.se",
                "api_access_logs": {"retention_days": 30},
            },
        )
    )


def rules_of(plan: Plan, side: str) -> list[dict[str, Any]]:
    rules: list[dict[str, Any]] = json.loads(plan.one(f"module.{side}_firewall[0].aws_wafv2_web_acl.this")["rule_json"])
    return rules


COMMON, INPUTS, INJECTION = (
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
)
BODY_RULES = {
    f"{COMMON}/{rule}_BODY"
    for rule in ("SizeRestrictions", "EC2MetaDataSSRF", "GenericLFI", "GenericRFI", "CrossSiteScripting")
} | {
    f"{INPUTS}/JavaDeserializationRCE_BODY", f"{INPUTS}/Log4JRCE_BODY", f"{INPUTS}/ReactJSRCE_BODY",
    f"{INJECTION}/SQLi_BODY", f"{INJECTION}/SQLiExtendedPatterns_BODY",
}  # fmt: skip
"""All rules of these sets that look at a body, from AWS's list of 2026."""

LONG = Request(body_size=MOST_BYTES)

REQUESTS = {
    "a form of 32 KB": (LONG, "allow", None, {"SizeRestrictions_BODY"}),
    "the same at a domain of one's own": (Request("/contact", body_size=MOST_BYTES), "allow", None, None),
    "the same at another path": (Request("/v1/my", body_size=9_000), "block", "bodies-elsewhere", None),
    "a body below 8 KB at another path": (Request("/v1/my", body_size=8_192), "allow", None, set()),
    "a path that only ends like a form's": (Request("/x/contact", body_size=9_000), "block", "bodies-elsewhere", None),
    "an attack in the address": (
        Request(matches=frozenset({f"{COMMON}/CrossSiteScripting_QUERYARGUMENTS"})), "block", COMMON, None,
    ),
    "a scanner's browser": (Request(matches=frozenset({f"{COMMON}/UserAgent_BadBots_HEADER"})), "block", COMMON, None),
    "an injection in the address": (
        Request(matches=frozenset({f"{INJECTION}/SQLi_QUERYARGUMENTS"})), "block", INJECTION, None,
    ),
    "an attack in a header": (Request(matches=frozenset({f"{INPUTS}/Log4JRCE_HEADER"})), "block", INPUTS, None),
    "a known attacker's address": (
        Request(matches=frozenset({"AWSManagedRulesAmazonIpReputationList/AWSManagedIPReputationList"})),
        "block", "AWSManagedRulesAmazonIpReputationList", None,
    ),
    "an attack in the address and words in the body": (
        Request(matches=frozenset({f"{COMMON}/GenericLFI_BODY", f"{COMMON}/GenericLFI_URIPATH"})),
        "block", COMMON, {"GenericLFI_BODY"},
    ),
    "one request below the rate": (Request(earlier=1_999), "allow", None, set()),
    "one request above the rate": (Request(earlier=2_000), "block", "rate", set()),
    "another country": (Request(country="DE"), "block", "other-countries", set()),
}  # fmt: skip


@pytest.mark.parametrize("name", REQUESTS)
def test_api_firewall__decides(shielded: Plan, name: str) -> None:
    request, verdict, by, counted = REQUESTS[name]

    made = outcome(rules_of(shielded, "api"), request)

    assert (made.verdict, made.by) == (verdict, by)
    assert counted is None or set(made.counted) == counted


@pytest.mark.parametrize("rule", sorted(BODY_RULES))
@pytest.mark.parametrize("form", ["registration", "contact"])
def test_body_rules__count_on_forms_and_block_elsewhere(shielded: Plan, rule: str, form: str) -> None:
    """Names, places and questions in free text may look like an attack, in any language."""
    matches, rules = frozenset({rule}), rules_of(shielded, "api")

    written = outcome(rules, Request(f"/v1/{form}", matches=matches))
    elsewhere = outcome(rules, Request("/v1/my", matches=matches))

    assert (written.verdict, written.counted) == ("allow", [rule.split("/")[1]])
    assert (elsewhere.verdict, elsewhere.by) == ("block", "bodies-elsewhere")


def test_overridden_rules__are_those_that_look_at_bodies(shielded: Plan) -> None:
    """And no other: an override of a rule that doesn't exist would silently do nothing."""
    statements = [rule["Statement"] for rule in rules_of(shielded, "api")]
    managed = [one["ManagedRuleGroupStatement"] for one in statements if "ManagedRuleGroupStatement" in one]

    assert {one["Name"] for one in managed} == SETS.keys()
    assert {f"{one['Name']}/{rule['Name']}" for one in managed for rule in one["RuleActionOverrides"]} == BODY_RULES


def test_rules__have_the_shape_that_aws_waf_takes(shielded: Plan) -> None:
    """As rule_json hands them to CreateWebACL; a pattern may have 512 characters."""
    shape = botocore.session.get_session().get_service_model("wafv2").shape_for("Rules")

    errors = ParamValidator().validate(rules_of(shielded, "api"), shape)

    assert not errors.has_errors(), errors.generate_report()


def test_form_of_32_kb__is_more_than_waf_inspects(shielded: Plan) -> None:
    """Nothing raises the limit, which costs extra: the rules go on with the part that they see, and only count."""
    assert MOST_BYTES > INSPECTED
    assert not shielded.one("module.api_firewall[0].aws_wafv2_web_acl.this")["association_config"]


def test_site__is_seen_from_these_countries_only(shielded: Plan) -> None:
    restrictions = block(shielded.one("module.site.aws_cloudfront_distribution.this"), "restrictions")

    assert block(restrictions, "geo_restriction") == {"restriction_type": "whitelist", "locations": ["NO", "SE"]}


@pytest.mark.parametrize(
    ("address", "allowed"),
    [("192.0.2.255", True), ("192.0.3.0", False), ("2001:db8::1", True), ("2001:db9::1", False)],
)
def test_api__is_called_from_these_addresses_only(shielded: Plan, address: str, *, allowed: bool) -> None:
    """Also by the links in mails, at /my."""
    policy = json.loads(shielded.one("module.api.aws_api_gateway_rest_api.this")["policy"])
    arn = "arn:aws:execute-api:eu-north-1:111122223333:abcde12345/v1/GET/my"

    call = Call("execute-api:Invoke", arn, {"aws:SourceIp": [address]})

    assert evaluator.is_allowed(policy["Statement"], call) is allowed


def test_refused_calls__get_a_sentence_that_scripts_can_read(shielded: Plan) -> None:
    body = json.loads(shielded.one("module.api.aws_api_gateway_rest_api.this")["body"])

    for kind in ("ACCESS_DENIED", "WAF_FILTERED"):
        answer = body["x-amazon-apigateway-gateway-responses"][kind]
        problem = json.loads(answer["responseTemplates"]["application/json"])
        assert (answer["statusCode"], problem["code"]) == ("403", "forbidden")
        assert "Ask the organisation" in problem["detail"]
        assert "gatewayresponse.header.Access-Control-Allow-Origin" in answer["responseParameters"]


def test_firewall__is_asked_by_site_and_api(shielded: Plan) -> None:
    site, api = "module.site.aws_cloudfront_distribution.this", 'module.api.aws_wafv2_web_acl_association.this["v1"]'

    assert "var.web_acl_arn" in shielded.references(site, "web_acl_id")
    assert api in shielded.addresses
    assert shielded.one("module.site_firewall[0].aws_wafv2_web_acl.this")["scope"] == "CLOUDFRONT"
    assert shielded.one("module.api_firewall[0].aws_wafv2_web_acl.this")["scope"] == "REGIONAL"


def test_options_off__leave_no_trace(plan: Plan) -> None:
    api = plan.one("module.api.aws_api_gateway_rest_api.this")
    distribution = plan.one("module.site.aws_cloudfront_distribution.this")

    assert not {kind for kind in plan.types if kind.startswith(("aws_wafv2_", "aws_kms_"))}
    assert "policy" not in api
    assert distribution["web_acl_id"] is None
    assert "ACCESS_DENIED" not in api["body"]
    assert "WAF_FILTERED" not in api["body"]


MANY = [f"192.0.2.{last}/32" for last in range(101)]

REFUSED = {
    "firewall.covers must contain": "firewall = { covers = [] }",
    "firewall.mode must be": 'firewall = { mode = "off" }',
    "firewall.rate.limit must be": "firewall = { rate = { limit = 9 } }",
    "firewall.rate.window_s must be": "firewall = { rate = { window_s = 30 } }",
    "must be a CIDR block": 'access = { addresses = ["192.0.2.1"] }',
    "must not contain /0": 'access = { addresses = ["0.0.0.0/0"] }',
    "Write 192.0.2.0/24": 'access = { addresses = ["192.0.2.7/24"] }',
    "addresses must be public": 'access = { addresses = ["10.1.0.0/16"] }',
    "100 networks at most": f"access = {{ addresses = {json.dumps(MANY)} }}",
    "must contain site": 'one_origin = {}\nfirewall = { covers = ["api"] }',
    "Leave out one_origin": 'one_origin = {}\naccess = { countries = ["SE"] }',
    "from 7 to 30": "encryption = { deletion_window_days = 31 }",
    "Leave out encryption": 'encryption = {}\nreplica_regions = ["eu-central-1"]',
    "Unknown: UK": 'access = { countries = ["SE", "UK"] }',
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_values__are_refused_with_a_sentence(tmp_path: Path, sentence: str) -> None:
    values = values_file(tmp_path, VALID)
    values.write_text(values.read_text(encoding="utf-8") + REFUSED[sentence] + "\n", encoding="utf-8")

    with pytest.raises(ValuesError, match=sentence):
        read_values(SOURCES, values)


def test_guides_examples__are_valid(tmp_path: Path) -> None:
    """They stand apart from the guide's other values, because each excludes one of them, or another of these."""
    accepted: dict[str, Any] = {}
    for example in re.findall(r"```terraform\n(.*?)```", OPTIONS, re.DOTALL):
        values = values_file(tmp_path, VALID)
        values.write_text(values.read_text(encoding="utf-8") + example, encoding="utf-8")
        accepted |= {name: value for name, value in read_values(SOURCES, values).items() if value is not None}

    assert accepted["access"]["countries"] == ["SE", "NO"]
    assert accepted["encryption"] == {}
    assert accepted["staff_auth"]["kind"] == "iam"


def test_rate__leaves_out_what_the_distribution_passes_on(terraform: LocalTerraform) -> None:
    """The API sees that come from CloudFront's addresses; the site's own web ACL has counted it already."""
    plan = Plan(plan_as_json(terraform, values={"firewall": {}, "one_origin": {}}))
    many = Request("/api/contact", earlier=9_999, body_size=MOST_BYTES)

    relayed, direct = (outcome(rules_of(plan, "api"), one) for one in (many, replace(many, path="/v1/contact")))
    at_the_edge = outcome(rules_of(plan, "site"), many)

    assert (relayed.verdict, relayed.counted) == ("allow", ["SizeRestrictions_BODY"])
    assert direct.by == at_the_edge.by == "rate"
    assert len(plan.all("aws_wafv2_web_acl_association")) == 2


def test_country_codes__are_those_that_aws_knows(configuration: Path) -> None:
    """Without XK, which isn't in ISO 3166: CloudFront may refuse it."""
    text = (configuration / "variables_shield.tf").read_text(encoding="utf-8")
    listed = text.partition("country_codes = ")[2].partition("])")[0].split('"')[3::2]
    model = botocore.session.get_session().get_service_model("wafv2")

    assert set(" ".join(listed).split()) == set(model.shape_for("CountryCode").enum) - {"XK"}
