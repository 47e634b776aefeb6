"""Responses of the API: JSON, problems (RFC 9457), redirects and pages, with their headers."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

TITLES = {413: "Content Too Large", 422: "Unprocessable Content"}
"""Titles that RFC 9110 changed and older Pythons still have the old way."""


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
"""Also needs a Content-Security-Policy, which names the site. Terraform sets the headers of the site's own pages."""


def json_response(status: int, content: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a JSON response."""
    body = json.dumps(content, ensure_ascii=False)
    return _response(status, body, {"Content-Type": "application/json", **(headers or {})})


def description_response(content: Mapping[str, Any], *, if_none_match: str) -> dict[str, Any]:
    """Return JSON that a client may cache for ten seconds, or 304 if the client already has it.

    if_none_match: the header's value.
    """
    body = json.dumps(content, separators=(",", ":"))
    headers = {"Content-Type": "application/json", "Cache-Control": "public, max-age=10"}
    return cached_response(body, headers, tagged=body, if_none_match=if_none_match)


def cached_response(body: str, headers: Mapping[str, str], *, tagged: str, if_none_match: str) -> dict[str, Any]:
    """Return a response with a tag, or 304 if the client already has it.

    tagged: what the tag is made of: the body, without what differs each time.
    """
    tag = f'"{hashlib.sha256(tagged.encode()).hexdigest()[:20]}"'
    headers = {**headers, "ETag": tag}
    if if_none_match.strip() == "*" or tag in (part.strip().removeprefix("W/") for part in if_none_match.split(",")):
        return _response(304, "", {name: value for name, value in headers.items() if name != "Content-Type"})
    return _response(200, body, headers)


def text_response(status: int, text: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a sentence for whoever opens an address that is meant for a program."""
    return _response(status, f"{text}\n", {"Content-Type": "text/plain; charset=utf-8", **(headers or {})})


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, object] | None = None,
) -> dict[str, Any]:
    """Return a problem document. errors: one object per wrong field. more: members of this problem only."""
    content: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status) or HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **(more or {}),
    }
    if errors is not None:
        content["errors"] = list(errors)
    return _response(status, json.dumps(content), {"Content-Type": "application/problem+json", **(headers or {})})


def redirect(address: str) -> dict[str, Any]:
    """Redirect a browser with a GET, so that reloading the next page doesn't post again."""
    return _response(303, "", {"Location": address})


def page(
    status: int,
    html: str,
    *,
    site_url: str,
    headers: Mapping[str, str] | None = None,
    framed_by: Sequence[str] = (),
    files_origin: str = "",
) -> dict[str, Any]:
    """Return a page that may load only the site's stylesheet and images.

    framed_by: the origins whose pages may show it in a frame; empty for none.
    files_origin: where its forms may send files; empty for nowhere.
    """
    ancestors = " ".join(framed_by) or "'none'"
    targets = f"'self' {site_url} {files_origin}".rstrip()
    policy = (
        f"default-src 'none'; style-src {site_url}; img-src {site_url}; form-action {targets}; "
        f"base-uri 'none'; frame-ancestors {ancestors}"
    )
    of_page = {**OF_PAGES, "Content-Security-Policy": policy, **(headers or {})}
    if framed_by:  # this older header can't name origins
        del of_page["X-Frame-Options"]
    return _response(status, html, of_page)


def with_cors(response: dict[str, Any], origin: str | None, allowed: Sequence[str]) -> dict[str, Any]:
    """Let scripts from an allowed origin read the response. Other origins get no CORS headers."""
    response["headers"]["Vary"] = "Origin"
    if origin in allowed:
        response["headers"]["Access-Control-Allow-Origin"] = origin
        response["headers"]["Access-Control-Expose-Headers"] = "ETag, Retry-After"
    return response


def _response(status: int, body: str, headers: Mapping[str, str]) -> dict[str, Any]:
    return {"statusCode": status, "headers": {**ALWAYS, **headers}, "body": body, "isBase64Encoded": False}
