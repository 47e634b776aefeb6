"""The CloudFront types, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

from standin.resources import cloudfront_configuration

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

CONTROL = "aws_cloudfront_origin_access_control"
HEADERS = "aws_cloudfront_response_headers_policy"
DISTRIBUTION = "aws_cloudfront_distribution"
CACHE = "aws_cloudfront_cache_policy"

CONTROL_CONFIG = {
    "name": "rollcall",
    "description": "Signs.",
    "origin_access_control_origin_type": "s3",
    "signing_behavior": "always",
    "signing_protocol": "sigv4",
}
HEADERS_CONFIG: dict[str, Any] = {
    "name": "rollcall",
    "comment": "What a browser may do.",
    "security_headers_config": [
        {
            "content_security_policy": [{"content_security_policy": "default-src 'none'", "override": True}],
            "strict_transport_security": [
                {
                    "access_control_max_age_sec": 63072000,
                    "include_subdomains": False,
                    "preload": False,
                    "override": True,
                }
            ],
            "content_type_options": [{"override": True}],
            "frame_options": [{"frame_option": "DENY", "override": True}],
            "referrer_policy": [{"referrer_policy": "strict-origin-when-cross-origin", "override": True}],
            "xss_protection": [{"override": True, "protection": True, "mode_block": True}],
        }
    ],
    "custom_headers_config": [{"items": [{"header": "X-One", "override": True, "value": "1"}]}],
    "remove_headers_config": [{"items": [{"header": "Server"}]}],
    "cors_config": [
        {
            "access_control_allow_credentials": False,
            "origin_override": True,
            "access_control_max_age_sec": 600,
            "access_control_allow_headers": [{"items": ["*"]}],
            "access_control_allow_methods": [{"items": ["GET", "HEAD"]}],
            "access_control_allow_origins": [{"items": ["https://example.org"]}],
        }
    ],
}
CACHE_CONFIG: dict[str, Any] = {
    "name": "rollcall-forms",
    "comment": "For a moment.",
    "min_ttl": 0,
    "max_ttl": 10,
    "parameters_in_cache_key_and_forwarded_to_origin": [
        {
            "enable_accept_encoding_brotli": True,
            "cookies_config": [{"cookie_behavior": "none"}],
            "headers_config": [{"header_behavior": "whitelist", "headers": [{"items": ["Origin"]}]}],
            "query_strings_config": [
                {"query_string_behavior": "whitelist", "query_strings": [{"items": ["brief", "lang"]}]}
            ],
        }
    ],
}
DISTRIBUTION_CONFIG: dict[str, Any] = {
    "enabled": True,
    "comment": "rollcall",
    "default_root_object": "index.html",
    "http_version": "http2and3",
    "is_ipv6_enabled": True,
    "price_class": "PriceClass_100",
    "aliases": ["forms.example.org"],
    "origin": [
        {"domain_name": "site.s3.eu-north-1.amazonaws.com", "origin_id": "site", "origin_access_control_id": "E1"},
        {
            "domain_name": "api.example.org",
            "origin_id": "api",
            "origin_path": "/v1",
            "custom_header": [{"name": "X-From", "value": "cdn"}],
            "custom_origin_config": [
                {
                    "http_port": 80,
                    "https_port": 443,
                    "origin_protocol_policy": "https-only",
                    "origin_ssl_protocols": ["TLSv1.2"],
                }
            ],
        },
    ],
    "default_cache_behavior": [
        {
            "target_origin_id": "site",
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "compress": True,
        }
    ],
    "ordered_cache_behavior": [
        {
            "path_pattern": "/api/*",
            "target_origin_id": "api",
            "viewer_protocol_policy": "https-only",
            "allowed_methods": ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
        }
    ],
    "custom_error_response": [
        {"error_code": 403, "response_code": 404, "response_page_path": "/not-found", "error_caching_min_ttl": 60},
        {"error_code": 404, "response_code": 404, "response_page_path": "/not-found", "error_caching_min_ttl": 60},
    ],
    "restrictions": [{"geo_restriction": [{"restriction_type": "none"}]}],
    "viewer_certificate": [{"cloudfront_default_certificate": True}],
    "tags": {"Part": "site"},
}


def test_origin_access_control__arrives_updates_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(CONTROL, CONTROL_CONFIG)
    ask = aws("cloudfront").get_origin_access_control
    arrived = ask(Id=state["id"])["OriginAccessControl"]["OriginAccessControlConfig"]
    assert arrived == {
        "Name": "rollcall",
        "Description": "Signs.",
        "OriginAccessControlOriginType": "s3",
        "SigningBehavior": "always",
        "SigningProtocol": "sigv4",
    }
    assert tf.changes(CONTROL, state, CONTROL_CONFIG) == set()
    assert tf.import_then_plan(CONTROL, state["id"], CONTROL_CONFIG) == set()

    other = {**CONTROL_CONFIG, "signing_behavior": "never"}
    tf.apply(CONTROL, other, state)

    arrived = ask(Id=state["id"])["OriginAccessControl"]["OriginAccessControlConfig"]
    assert arrived["SigningBehavior"] == "never"
    assert tf.changes(CONTROL, state, CONTROL_CONFIG) == {"signing_behavior", "etag"}


def test_origin_access_control__value_that_aws_does_not_know_is_an_error(tf: Harness) -> None:
    with pytest.raises(ProviderRefusedError, match="signing_behavior must be one of never, always, no-override"):
        tf.validate(CONTROL, {**CONTROL_CONFIG, "signing_behavior": "sometimes"})


def test_response_headers_policy__arrives_updates_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(HEADERS, HEADERS_CONFIG)
    ask = aws("cloudfront").get_response_headers_policy
    arrived = ask(Id=state["id"])["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    security = arrived["SecurityHeadersConfig"]
    assert security["ContentSecurityPolicy"]["ContentSecurityPolicy"] == "default-src 'none'"
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] == 63072000
    assert security["FrameOptions"] == {"Override": True, "FrameOption": "DENY"}
    assert arrived["CustomHeadersConfig"]["Items"] == [{"Header": "X-One", "Value": "1", "Override": True}]
    assert arrived["CorsConfig"]["AccessControlAllowMethods"]["Items"] == ["GET", "HEAD"]
    assert tf.changes(HEADERS, state, HEADERS_CONFIG) == set()
    assert tf.import_then_plan(HEADERS, state["id"], HEADERS_CONFIG) == set()

    other = {**HEADERS_CONFIG, "cors_config": []}
    updated = tf.apply(HEADERS, other, state)

    assert "CorsConfig" not in ask(Id=state["id"])["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]
    assert tf.changes(HEADERS, updated, other) == set()
    assert tf.changes(HEADERS, state, HEADERS_CONFIG) == {"cors_config", "etag"}


def test_distribution__arrives_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(DISTRIBUTION, DISTRIBUTION_CONFIG)
    arrived = aws("cloudfront").get_distribution_config(Id=state["id"])["DistributionConfig"]

    assert arrived["DefaultRootObject"] == "index.html"
    assert arrived["Aliases"]["Items"] == ["forms.example.org"]
    assert {origin["Id"] for origin in arrived["Origins"]["Items"]} == {"site", "api"}
    assert arrived["CacheBehaviors"]["Items"][0]["PathPattern"] == "/api/*"
    assert {error["ErrorCode"] for error in arrived["CustomErrorResponses"]["Items"]} == {403, 404}
    assert arrived["ViewerCertificate"]["CloudFrontDefaultCertificate"] is True
    assert state["domain_name"].endswith("cloudfront.net")
    assert tf.changes(DISTRIBUTION, state, DISTRIBUTION_CONFIG) == set()
    assert tf.import_then_plan(DISTRIBUTION, state["id"], DISTRIBUTION_CONFIG) == set()


@pytest.mark.parametrize(
    ("certificate", "method"),
    [({"CloudFrontDefaultCertificate": True}, ""), ({"ACMCertificateArn": "arn:aws:acm:us-east-1:1:x"}, "sni-only")],
)
def test_distribution__own_certificate_has_a_support_method(
    tf: Harness, aws: Callable[[str], Any], certificate: dict[str, Any], method: str
) -> None:
    """CloudFront answers with a method for its own certificate too, which the provider doesn't read."""
    state = tf.apply(DISTRIBUTION, DISTRIBUTION_CONFIG)
    answer = aws("cloudfront").get_distribution_config(Id=state["id"])["DistributionConfig"]

    read = cloudfront_configuration.read(
        {**answer, "ViewerCertificate": {**certificate, "SSLSupportMethod": "sni-only"}}
    )

    assert read["viewer_certificate"][0]["ssl_support_method"] == method


def test_distribution__updates_in_place(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(DISTRIBUTION, DISTRIBUTION_CONFIG)
    other = {**DISTRIBUTION_CONFIG, "comment": "other", "custom_error_response": [], "tags": {"Part": "other"}}

    updated = tf.apply(DISTRIBUTION, other, state)

    arrived = aws("cloudfront").get_distribution_config(Id=state["id"])["DistributionConfig"]
    assert updated["id"] == state["id"]
    assert arrived["Comment"] == "other"
    assert arrived["CustomErrorResponses"]["Quantity"] == 0
    tags = aws("cloudfront").list_tags_for_resource(Resource=state["arn"])["Tags"]["Items"]
    assert tags == [{"Key": "Part", "Value": "other"}]
    assert tf.changes(DISTRIBUTION, updated, other) == set()


def test_distribution__drift_is_seen_and_repaired(tf: Harness, aws: Callable[[str], Any]) -> None:
    client = aws("cloudfront")
    state = tf.apply(DISTRIBUTION, DISTRIBUTION_CONFIG)
    answer = client.get_distribution_config(Id=state["id"])
    drifted = {**answer["DistributionConfig"], "DefaultRootObject": "else.html"}
    client.update_distribution(Id=state["id"], IfMatch=answer["ETag"], DistributionConfig=drifted)

    assert "default_root_object" in tf.changes(DISTRIBUTION, state, DISTRIBUTION_CONFIG)
    tf.apply(DISTRIBUTION, DISTRIBUTION_CONFIG, state)

    config = client.get_distribution_config(Id=state["id"])["DistributionConfig"]
    assert config["DefaultRootObject"] == "index.html"


def test_distribution__argument_deep_inside_that_is_not_carried_out_is_an_error(tf: Harness) -> None:
    behaviour = {**DISTRIBUTION_CONFIG["default_cache_behavior"][0], "field_level_encryption_id": "F1"}

    with pytest.raises(ProviderRefusedError, match=r"default_cache_behavior\.field_level_encryption_id") as refused:
        tf.plan(DISTRIBUTION, None, {**DISTRIBUTION_CONFIG, "default_cache_behavior": [behaviour]})

    assert refused.value.paths == ["default_cache_behavior.0.field_level_encryption_id"]


def test_cache_policy__arrives_updates_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    state = tf.apply(CACHE, CACHE_CONFIG)
    ask = aws("cloudfront").get_cache_policy
    arrived = ask(Id=state["id"])["CachePolicy"]["CachePolicyConfig"]
    key = arrived["ParametersInCacheKeyAndForwardedToOrigin"]
    assert (arrived["MinTTL"], arrived["DefaultTTL"], arrived["MaxTTL"]) == (0, 86400, 10)
    assert (key["EnableAcceptEncodingBrotli"], key["EnableAcceptEncodingGzip"]) == (True, False)
    assert key["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": {"Quantity": 1, "Items": ["Origin"]}}
    assert key["CookiesConfig"]["CookieBehavior"] == "none"
    assert tf.changes(CACHE, state, CACHE_CONFIG) == set()
    assert tf.import_then_plan(CACHE, state["id"], CACHE_CONFIG) == set()

    other = {**CACHE_CONFIG, "max_ttl": 20}
    updated = tf.apply(CACHE, other, state)

    assert ask(Id=state["id"])["CachePolicy"]["CachePolicyConfig"]["MaxTTL"] == 20
    assert tf.changes(CACHE, updated, other) == set()
    tf.destroy(CACHE, updated)
