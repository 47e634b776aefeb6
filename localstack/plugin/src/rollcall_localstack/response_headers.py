"""CloudFront's response headers policies."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from localstack.aws.api import CommonServiceException

if TYPE_CHECKING:
    from collections.abc import Callable

#: Member of SecurityHeadersConfig -> the header, and how to write it.
#: Source: CloudFront API Reference, ResponseHeadersPolicySecurityHeadersConfig.
SECURITY: dict[str, tuple[str, Callable[[dict[str, Any]], str]]] = {
    "ContentSecurityPolicy": ("Content-Security-Policy", lambda value: str(value["ContentSecurityPolicy"])),
    "ContentTypeOptions": ("X-Content-Type-Options", lambda _value: "nosniff"),
    "FrameOptions": ("X-Frame-Options", lambda value: str(value["FrameOption"])),
    "ReferrerPolicy": ("Referrer-Policy", lambda value: str(value["ReferrerPolicy"])),
    "StrictTransportSecurity": (
        "Strict-Transport-Security",
        lambda value: (
            f"max-age={value['AccessControlMaxAgeSec']}"
            + ("; includeSubDomains" if value.get("IncludeSubdomains") else "")
            + ("; preload" if value.get("Preload") else "")
        ),
    ),
}


class HeadersPolicies:
    """The response headers policies of one LocalStack."""

    def __init__(self) -> None:
        self._configs: dict[str, dict[str, Any]] = {}

    def put(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - LocalStack's class
        """Create or replace a policy."""
        identifier = request.get("Id") or str(uuid.uuid4())
        self._configs[identifier] = request["ResponseHeadersPolicyConfig"]
        return self.get(None, {"Id": identifier})

    def get(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - LocalStack's class
        """Return a policy."""
        identifier = request["Id"]
        if identifier not in self._configs:
            raise CommonServiceException("NoSuchResponseHeadersPolicy", "The policy does not exist.", 404)
        policy = {
            "Id": identifier,
            "LastModifiedTime": datetime.now(UTC),
            "ResponseHeadersPolicyConfig": self._configs[identifier],
        }
        return {"ResponseHeadersPolicy": policy, "ETag": "E1"}

    def delete(self, _context: Any, request: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401 - LocalStack's class
        """Delete a policy."""
        self._configs.pop(request["Id"], None)
        return {}

    def headers(self, identifier: str | None) -> dict[str, str]:
        """Return the headers that a policy adds to every page."""
        config = self._configs.get(identifier or "", {})
        security = config.get("SecurityHeadersConfig", {})
        headers = {
            header: write(security[member]) for member, (header, write) in SECURITY.items() if member in security
        }
        custom = config.get("CustomHeadersConfig", {}).get("Items", ())
        return headers | {item["Header"]: item["Value"] for item in custom}
