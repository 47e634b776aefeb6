"""A distribution's configuration: origins, behaviours, answers to errors, certificate; to CloudFront and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import members

if TYPE_CHECKING:
    from standin.values import State

TOP: members.Members = {
    "comment": ("Comment", ""),
    "default_root_object": ("DefaultRootObject", ""),
    "enabled": ("Enabled", False),
    "http_version": ("HttpVersion", "http2"),
    "is_ipv6_enabled": ("IsIPV6Enabled", False),
    "price_class": ("PriceClass", "PriceClass_All"),
    "web_acl_id": ("WebACLId", ""),
}
ORIGIN: members.Members = {
    "connection_attempts": ("ConnectionAttempts", 3),
    "connection_timeout": ("ConnectionTimeout", 10),
    "domain_name": ("DomainName", None),
    "origin_access_control_id": ("OriginAccessControlId", ""),
    "origin_id": ("Id", None),
    "origin_path": ("OriginPath", ""),
}
CUSTOM_ORIGIN: members.Members = {
    "http_port": ("HTTPPort", None),
    "https_port": ("HTTPSPort", None),
    "origin_keepalive_timeout": ("OriginKeepaliveTimeout", 5),
    "origin_protocol_policy": ("OriginProtocolPolicy", None),
    "origin_read_timeout": ("OriginReadTimeout", 30),
}
HEADER: members.Members = {"name": ("HeaderName", None), "value": ("HeaderValue", None)}
BEHAVIOUR: members.Members = {
    "cache_policy_id": ("CachePolicyId", ""),
    "compress": ("Compress", False),
    "origin_request_policy_id": ("OriginRequestPolicyId", ""),
    "response_headers_policy_id": ("ResponseHeadersPolicyId", ""),
    "target_origin_id": ("TargetOriginId", None),
    "viewer_protocol_policy": ("ViewerProtocolPolicy", None),
}
FUNCTION: members.Members = {"event_type": ("EventType", None), "function_arn": ("FunctionARN", None)}
ERROR: members.Members = {
    "error_caching_min_ttl": ("ErrorCachingMinTTL", None),
    "error_code": ("ErrorCode", None),
    "response_page_path": ("ResponsePagePath", ""),
}
CERTIFICATE: members.Members = {
    "acm_certificate_arn": ("ACMCertificateArn", ""),
    "cloudfront_default_certificate": ("CloudFrontDefaultCertificate", False),
    "iam_certificate_id": ("IAMCertificateId", ""),
    "minimum_protocol_version": ("MinimumProtocolVersion", ""),
    "ssl_support_method": ("SSLSupportMethod", ""),
}
_METHODS = ("allowed_methods", "cached_methods")
_FUNCTIONS = [f"function_association.{name}" for name in FUNCTION]

SUPPORTED = frozenset({
    *TOP,
    "aliases",
    *members.paths("origin", ORIGIN),
    *members.paths("origin.custom_header", HEADER),
    *members.paths("origin.custom_origin_config", [*CUSTOM_ORIGIN, "origin_ssl_protocols"]),
    "origin.s3_origin_config.origin_access_identity",
    *members.paths("default_cache_behavior", [*BEHAVIOUR, *_METHODS, *_FUNCTIONS]),
    *members.paths("ordered_cache_behavior", [*BEHAVIOUR, *_METHODS, *_FUNCTIONS, "path_pattern"]),
    *members.paths("custom_error_response", [*ERROR, "response_code"]),
    "restrictions.geo_restriction.restriction_type",
    "restrictions.geo_restriction.locations",
    *members.paths("viewer_certificate", CERTIFICATE),
})  # fmt: skip
NAMES = frozenset(path.partition(".")[0] for path in SUPPORTED)

# The page names each of them beside its argument.
DEFAULTS: dict[str, Any] = {
    "http_version": "http2",
    "is_ipv6_enabled": False,
    "price_class": "PriceClass_All",
    "staging": False,
    "origin.connection_attempts": 3,
    "origin.connection_timeout": 10,
    "origin.origin_path": "",
    "origin.custom_origin_config.origin_keepalive_timeout": 5,
    "origin.custom_origin_config.origin_read_timeout": 30,
    "default_cache_behavior.compress": False,
    "ordered_cache_behavior.compress": False,
    "viewer_certificate.minimum_protocol_version": "TLSv1",
}


def write(planned: State, caller_reference: str) -> dict[str, Any]:
    """Return CloudFront's DistributionConfig."""
    restriction = planned["restrictions"][0]["geo_restriction"][0]
    return {
        **members.write(planned, TOP),
        "Comment": planned["comment"] or "",
        "DefaultRootObject": planned["default_root_object"] or "",
        "CallerReference": caller_reference,
        "Aliases": members.counted(sorted(planned["aliases"] or ())),
        "Origins": members.counted(_origin(origin) for origin in planned["origin"]),
        "DefaultCacheBehavior": _behaviour(planned["default_cache_behavior"][0]),
        "CacheBehaviors": members.counted(
            {**_behaviour(behaviour), "PathPattern": behaviour["path_pattern"]}
            for behaviour in planned["ordered_cache_behavior"]
        ),
        "CustomErrorResponses": members.counted(_error(error) for error in planned["custom_error_response"]),
        "Restrictions": {
            "GeoRestriction": {
                "RestrictionType": restriction["restriction_type"],
                **members.counted(sorted(restriction["locations"] or ())),
            }
        },
        "ViewerCertificate": _certificate(planned["viewer_certificate"][0]),
    }


def read(answer: dict[str, Any]) -> State:
    """Return the arguments for CloudFront's DistributionConfig."""
    restriction = answer.get("Restrictions", {}).get("GeoRestriction", {"RestrictionType": "none"})
    return {
        **members.read(answer, TOP),
        "aliases": members.listed(answer.get("Aliases")),
        "origin": [_read_origin(origin) for origin in members.listed(answer["Origins"])],
        "default_cache_behavior": [_read_behaviour(answer["DefaultCacheBehavior"])],
        "ordered_cache_behavior": [
            {**_read_behaviour(behaviour), "path_pattern": behaviour["PathPattern"]}
            for behaviour in members.listed(answer.get("CacheBehaviors"))
        ],
        "custom_error_response": [_read_error(error) for error in members.listed(answer.get("CustomErrorResponses"))],
        "restrictions": [
            {
                "geo_restriction": [
                    {"restriction_type": restriction["RestrictionType"], "locations": members.listed(restriction)}
                ]
            }
        ],
        "viewer_certificate": [_read_certificate(answer.get("ViewerCertificate", {}))],
    }


def _origin(origin: State) -> dict[str, Any]:
    made = {
        **members.write(origin, ORIGIN),
        "CustomHeaders": members.counted(members.write(header, HEADER) for header in origin["custom_header"]),
    }
    for custom in origin["custom_origin_config"]:
        made["CustomOriginConfig"] = {
            **members.write(custom, CUSTOM_ORIGIN),
            "OriginSslProtocols": members.counted(sorted(custom["origin_ssl_protocols"])),
        }
    for bucket in origin["s3_origin_config"]:
        made["S3OriginConfig"] = {"OriginAccessIdentity": bucket["origin_access_identity"]}
    if "CustomOriginConfig" not in made:
        made.setdefault("S3OriginConfig", {"OriginAccessIdentity": ""})
    return made


def _read_origin(origin: dict[str, Any]) -> State:
    custom = origin.get("CustomOriginConfig")
    identity = origin.get("S3OriginConfig", {}).get("OriginAccessIdentity")
    return {
        **members.read(origin, ORIGIN),
        "response_completion_timeout": origin.get("ResponseCompletionTimeout", 0),
        "custom_header": [members.read(header, HEADER) for header in members.listed(origin.get("CustomHeaders"))],
        "custom_origin_config": [
            {
                **members.read(custom, CUSTOM_ORIGIN),
                "origin_ssl_protocols": members.listed(custom.get("OriginSslProtocols")),
            }
        ]
        if custom
        else [],
        "s3_origin_config": [{"origin_access_identity": identity}] if identity else [],
    }


def _behaviour(behaviour: State) -> dict[str, Any]:
    return {
        **members.write(behaviour, BEHAVIOUR),
        "SmoothStreaming": False,
        "AllowedMethods": {
            **members.counted(sorted(behaviour["allowed_methods"])),
            "CachedMethods": members.counted(sorted(behaviour["cached_methods"])),
        },
        "FunctionAssociations": members.counted(
            members.write(association, FUNCTION) for association in behaviour["function_association"]
        ),
    }


def _read_behaviour(behaviour: dict[str, Any]) -> State:
    methods = behaviour.get("AllowedMethods", {})
    return {
        **members.read(behaviour, BEHAVIOUR),
        "allowed_methods": members.listed(methods),
        "cached_methods": members.listed(methods.get("CachedMethods")),
        "default_ttl": behaviour.get("DefaultTTL", 0),
        "max_ttl": behaviour.get("MaxTTL", 0),
        "trusted_key_groups": members.listed(behaviour.get("TrustedKeyGroups")),
        "trusted_signers": members.listed(behaviour.get("TrustedSigners")),
        "function_association": [
            members.read(association, FUNCTION) for association in members.listed(behaviour.get("FunctionAssociations"))
        ],
        "grpc_config": [{"enabled": behaviour["GrpcConfig"]["Enabled"]}] if "GrpcConfig" in behaviour else [],
    }


def _error(error: State) -> dict[str, Any]:
    made = members.write(error, ERROR)
    return {**made, "ResponseCode": str(error["response_code"])} if error["response_code"] else made


def _read_error(error: dict[str, Any]) -> State:
    # The API writes the code to answer with as text, the provider as a number.
    return {**members.read(error, ERROR), "response_code": int(error.get("ResponseCode") or 0)}


def _certificate(certificate: State) -> dict[str, Any]:
    made = {member: value for member, value in members.write(certificate, CERTIFICATE).items() if value != ""}
    if made.get("CloudFrontDefaultCertificate"):
        # CloudFront sets the protocol for its own names, and says TLSv1 whatever it was told.
        made.pop("SSLSupportMethod", None)
    return made


def _read_certificate(certificate: dict[str, Any]) -> State:
    state = members.read(certificate, CERTIFICATE)
    own = state["acm_certificate_arn"] or state["iam_certificate_id"]
    # With its own certificate CloudFront answers "vip", and the provider doesn't read that.
    return state if own else {**state, "ssl_support_method": ""}
