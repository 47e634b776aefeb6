"""What submit answers: JSON, problems (RFC 9457), redirects and pages, each with its origin's headers."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Where RFC 9110 says it otherwise than the standard library of older Pythons."""


ALWAYS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
}
OF_PAGES = {
    "Content-Type": "text/html; charset=utf-8",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
"""Beside the policy, which names the site; what CloudFront adds to the site's own pages stands in Terraform."""


def json_answer(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Answer with JSON."""
    return _answer(status, json.dumps(content), {"Content-Type": "application/json", **(headers or {})})


def described(content: Mapping[str, Any], *, known: str) -> dict[str, Any]:
    """Answer with JSON that may be kept for half a minute; with 304 when the client has the very same.

    known: the value of If-None-Match.
    """
    body = json.dumps(content, separators=(",", ":"))
    tag = f'"{hashlib.sha256(body.encode()).hexdigest()[:20]}"'
    headers = {"Cache-Control": "max-age=30", "ETag": tag}
    if known.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in known.split(",")):
        return _answer(304, "", headers)
    return _answer(200, body, {"Content-Type": "application/json", **headers})


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Answer with what went wrong. errors: one object a wrong field."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors is not None:
        content["errors"] = list(errors)
    return _answer(status, json.dumps(content), {"Content-Type": "application/problem+json", **(headers or {})})


def redirect(address: str) -> dict[str, Any]:
    """Send a browser on with a GET, so that reloading the next page posts nothing again."""
    return _answer(303, "", {"Location": address})


def page(status: int, html: str, *, site_url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Answer with a page that may load nothing but the site's own style."""
    policy = (
        f"default-src 'none'; style-src {site_url}; img-src {site_url}; form-action 'self' {site_url}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    return _answer(status, html, {**OF_PAGES, "Content-Security-Policy": policy, **(headers or {})})


def with_cors(answer: dict[str, Any], origin: str | None, allowed: Sequence[str]) -> dict[str, Any]:
    """Let scripts of an allowed origin read the answer; any other origin is told nothing."""
    answer["headers"]["Vary"] = "Origin"
    if origin in allowed:
        answer["headers"]["Access-Control-Allow-Origin"] = origin
        answer["headers"]["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    return answer


def _answer(status: int, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {**ALWAYS, **headers}, "body": body, "isBase64Encoded": False}
