"""Which headers CloudFront adds to what it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import GONE, Resource, resource

from . import members

if TYPE_CHECKING:
    from standin.values import State

SECURITY: dict[str, tuple[str, members.Members]] = {
    "content_security_policy": (
        "ContentSecurityPolicy",
        {"content_security_policy": ("ContentSecurityPolicy", None), "override": ("Override", False)},
    ),
    "content_type_options": ("ContentTypeOptions", {"override": ("Override", False)}),
    "frame_options": ("FrameOptions", {"frame_option": ("FrameOption", None), "override": ("Override", False)}),
    "referrer_policy": (
        "ReferrerPolicy",
        {"referrer_policy": ("ReferrerPolicy", None), "override": ("Override", False)},
    ),
    "strict_transport_security": (
        "StrictTransportSecurity",
        {
            "access_control_max_age_sec": ("AccessControlMaxAgeSec", None),
            "include_subdomains": ("IncludeSubdomains", False),
            "override": ("Override", False),
            "preload": ("Preload", False),
        },
    ),
    "xss_protection": (
        "XSSProtection",
        {
            "mode_block": ("ModeBlock", False),
            "override": ("Override", False),
            "protection": ("Protection", False),
            "report_uri": ("ReportUri", None),
        },
    ),
}
CORS: members.Members = {
    "access_control_allow_credentials": ("AccessControlAllowCredentials", False),
    "access_control_max_age_sec": ("AccessControlMaxAgeSec", None),
    "origin_override": ("OriginOverride", False),
}
CORS_LISTS = {
    "access_control_allow_headers": "AccessControlAllowHeaders",
    "access_control_allow_methods": "AccessControlAllowMethods",
    "access_control_allow_origins": "AccessControlAllowOrigins",
    "access_control_expose_headers": "AccessControlExposeHeaders",
}
CUSTOM: members.Members = {"header": ("Header", None), "override": ("Override", False), "value": ("Value", None)}


@resource
class ResponseHeadersPolicy(Resource):
    """aws_cloudfront_response_headers_policy. Documentation page cloudfront_response_headers_policy."""

    type = "aws_cloudfront_response_headers_policy"
    supported = frozenset({
        "name",
        "comment",
        *members.paths("cors_config", CORS),
        *members.paths("cors_config", (f"{name}.items" for name in CORS_LISTS)),
        *members.paths("custom_headers_config.items", CUSTOM),
        "remove_headers_config.items.header",
        *(f"security_headers_config.{block}.{name}" for block, (_, inner) in SECURITY.items() for name in inner),
    })  # fmt: skip
    on_change: ClassVar = {"etag": ("*",)}
    gone = GONE | {"NoSuchResponseHeadersPolicy"}

    def create(self, planned: State) -> State:
        """Create it."""
        answer = self.client("cloudfront").create_response_headers_policy(
            ResponseHeadersPolicyConfig=_configuration(planned)
        )
        return {"id": answer["ResponseHeadersPolicy"]["Id"]}

    def read(self, state: State) -> State:
        """Read it."""
        answer = self.client("cloudfront").get_response_headers_policy(Id=state["id"])
        partition, account = self.provider.partition, self.provider.account_id
        return {
            "id": state["id"],
            "arn": f"arn:{partition}:cloudfront::{account}:response-headers-policy/{state['id']}",
            "etag": answer["ETag"],
            **_read_configuration(answer["ResponseHeadersPolicy"]["ResponseHeadersPolicyConfig"]),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:  # noqa: ARG002 - put as a whole
        """Put it again, as a whole."""
        self.client("cloudfront").update_response_headers_policy(
            Id=planned["id"], IfMatch=prior["etag"], ResponseHeadersPolicyConfig=_configuration(planned)
        )

    def delete(self, state: State) -> None:
        """Delete it, as it is now."""
        client = self.client("cloudfront")
        etag = client.get_response_headers_policy(Id=state["id"])["ETag"]
        client.delete_response_headers_policy(Id=state["id"], IfMatch=etag)


def _configuration(planned: State) -> dict[str, Any]:
    made: dict[str, Any] = {"Name": planned["name"], "Comment": planned["comment"] or ""}
    for cors in planned["cors_config"]:
        made["CorsConfig"] = members.write(cors, CORS)
        for name, member in CORS_LISTS.items():
            for inner in cors[name]:
                made["CorsConfig"][member] = members.counted(sorted(inner["items"] or ()))
    for security in planned["security_headers_config"]:
        made["SecurityHeadersConfig"] = {
            member: members.write(inner, arguments)
            for name, (member, arguments) in SECURITY.items()
            for inner in security[name]
        }
    for custom in planned["custom_headers_config"]:
        made["CustomHeadersConfig"] = members.counted(members.write(item, CUSTOM) for item in custom["items"])
    for remove in planned["remove_headers_config"]:
        made["RemoveHeadersConfig"] = members.counted({"Header": item["header"]} for item in remove["items"])
    return made


def _read_configuration(answer: dict[str, Any]) -> State:
    cors, security = answer.get("CorsConfig"), answer.get("SecurityHeadersConfig")
    custom, remove = (
        members.listed(answer.get("CustomHeadersConfig")),
        members.listed(answer.get("RemoveHeadersConfig")),
    )
    return {
        "name": answer["Name"],
        "comment": answer.get("Comment", ""),
        "cors_config": [{**members.read(cors, CORS), **_read_lists(cors)}] if cors else [],
        "security_headers_config": [_read_security(security)] if security else [],
        "custom_headers_config": [{"items": [members.read(item, CUSTOM) for item in custom]}] if custom else [],
        "remove_headers_config": [{"items": [{"header": item["Header"]} for item in remove]}] if remove else [],
    }


def _read_lists(cors: dict[str, Any]) -> State:
    return {
        name: [{"items": members.listed(cors[member])}] if member in cors else [] for name, member in CORS_LISTS.items()
    }


def _read_security(security: dict[str, Any]) -> State:
    return {
        name: [members.read(security[member], arguments)] if member in security else []
        for name, (member, arguments) in SECURITY.items()
    }
