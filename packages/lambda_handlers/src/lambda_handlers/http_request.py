"""A visitor's request, read from an API Gateway REST proxy event."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass

from registration_core.domain.errors import RollcallError
from registration_core.domain.spam import LANGUAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from registration_core.domain.forms import Form

MOST_BYTES = 32 * 1024
MOST_BYTES_TO_KEEP = 8 * MOST_BYTES
"""The longest plain form that a page shows again after refusing it as too long."""
MOST_FIELDS = 200
MOST_DEPTH = 3
"""An object of answers, a list as an answer, a scalar in the list."""


STATUS_OF: Mapping[str, int] = {
    "malformed_body": 400,
    "malformed_form": 400,
    "malformed_json": 400,
    "method_not_allowed": 405,
    "body_too_large": 413,
    "unsupported_charset": 415,
    "unsupported_media_type": 415,
}
"""Why a request may be refused before any service sees it, and the HTTP status for each reason."""


class RequestError(RollcallError):
    """A request is refused before it reaches a service. code: one of `STATUS_OF`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.status = STATUS_OF[code]
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """One request with its body unparsed. headers: names in lower case. address: the connection's IP address."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: str
    is_base64: bool
    id: str
    address: str = ""

    @property
    def form(self) -> str:
        """The form that the path names: its last part."""
        return self.path.rstrip("/").rpartition("/")[2]

    @property
    def asks_for_form(self) -> bool:
        """Whether the path asks for a form's description: `/forms/<form>`."""
        return self.path.rstrip("/").rpartition("/")[0].rpartition("/")[2] == "forms"

    @property
    def media_type(self) -> str:
        """The body's type, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset that the Content-Type names, or an empty string. Other parameters are ignored."""
        for parameter in self.headers.get("content-type", "").lower().split(";")[1:]:
            name, _, value = parameter.partition("=")
            if name.strip() == "charset":
                return value.strip(' \t"')
        return ""

    @property
    def from_page(self) -> bool:
        """Whether a browser posted a plain HTML form, so that a person reads the response."""
        accept = self.headers.get("accept", "*/*").lower()
        return self.media_type == "application/x-www-form-urlencoded" and ("html" in accept or "json" not in accept)

    def written_elsewhere(self, sites: Sequence[str]) -> bool:
        """Whether a page that is neither on one of these sites nor the API's own sent this post."""
        origin, fetched = self.headers.get("origin"), self.headers.get("sec-fetch-site")
        if origin in sites or fetched in {"same-origin", "none"}:
            return False
        return fetched is not None or origin not in {None, "null"}  # the API's own pages send "null"

    def visitors_address(self, edge_key: str) -> str:
        """Return the visitor's IP address: what our distribution saw, or the connection's if it didn't pass this on.

        edge_key: what only the distribution sends; empty if it doesn't serve the API. CloudFront adds
        the visitor's address at the end of X-Forwarded-For, and API Gateway adds the connection's
        after it. What a client wrote there comes before both.
        https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/RequestAndResponseBehaviorCustomOrigin.html
        """
        sent = self.headers.get("x-rollcall-edge", "")
        if not edge_key or not hmac.compare_digest(sent.encode(errors="replace"), edge_key.encode()):
            return self.address
        before, _, last = self.headers.get("x-forwarded-for", "").rpartition(",")
        seen = before.rpartition(",")[2] if last.strip() == self.address else last
        return seen.strip() or self.address

    def framed_by(self, form: Form | None) -> tuple[str, ...]:
        """Return the origins that may frame the answer: the form's, if its framed page sent the post."""
        return form.embed_on if form is not None and self.query.get("embed") else ()

    @property
    def requested_language(self) -> str:
        """The requested language: `?lang=sv`, otherwise the value of Accept-Language."""
        return self.query.get("lang") or self.headers.get("accept-language", "")

    def requested_language_with(self, answers: Mapping[str, object]) -> str:
        """Return the requested language: from `?lang=sv`, the field `_language` or Accept-Language."""
        field = answers.get(LANGUAGE)
        return self.query.get("lang") or (field if isinstance(field, str) else "") or self.requested_language

    @property
    def idempotency_key(self) -> str | None:
        """The Idempotency-Key header, unchecked."""
        return self.headers.get("idempotency-key")


def read_request(event: Mapping[str, Any]) -> Request:
    """Read a proxy event (payload version 1.0). Missing values read as empty."""
    context = event.get("requestContext") or {}
    headers = {str(name).lower(): str(value) for name, value in (event.get("headers") or {}).items()}
    return Request(
        method=str(event.get("httpMethod") or ""),
        path=str(event.get("path") or event.get("resource") or ""),
        headers=headers,
        query={str(name): str(value) for name, value in (event.get("queryStringParameters") or {}).items()},
        body=str(event.get("body") or ""),
        is_base64=bool(event.get("isBase64Encoded")),
        id=str(context.get("requestId") or ""),
        address=str((context.get("identity") or {}).get("sourceIp") or ""),
    )


def read_answers(request: Request, *, depth: int = MOST_DEPTH) -> dict[str, object]:
    """Read the body's fields: JSON values as they are, form fields as text, a repeated form field as a list.

    depth: how deep JSON may be nested.
    Raises RequestError: 405 if it is not a POST, 413 if it is too large, 415 for another media
    type, 400 if the body doesn't parse.
    """
    if request.method != "POST":
        raise RequestError("method_not_allowed")
    text = _text(request)
    if request.media_type == "application/json":
        return _from_json(text, depth=depth)
    if request.media_type == "application/x-www-form-urlencoded":
        return _from_form(text)
    raise RequestError("unsupported_media_type")


def read_object(request: Request) -> dict[str, object]:
    """Read the body's JSON object, which may hold an object of answers. Raises RequestError: 413, 415 or 400."""
    text = _text(request)
    if request.media_type != "application/json":
        raise RequestError("unsupported_media_type")
    return _from_json(text, depth=MOST_DEPTH + 1)


def salvaged_answers(request: Request) -> dict[str, object]:
    """Return what can be read from a refused plain form, so that nobody has to type it again."""
    if not request.from_page:
        return {}
    try:
        content = base64.b64decode(request.body) if request.is_base64 else request.body.encode()
        if len(content) > MOST_BYTES_TO_KEEP:
            return {}
        return _from_form(content.decode(errors="replace"), charset=request.charset or "utf-8", errors="replace")
    except (LookupError, ValueError, RequestError):  # an unknown charset; binascii.Error is a ValueError
        return {}


def _text(request: Request) -> str:
    content = _content(request)
    if request.charset not in {"", "utf-8", "utf8"}:
        raise RequestError("unsupported_charset")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise RequestError("malformed_body") from error


def _content(request: Request) -> bytes:
    most = MOST_BYTES * 4 // 3 + 4 if request.is_base64 else MOST_BYTES
    if len(request.body) <= most:
        try:
            content = base64.b64decode(request.body, validate=True) if request.is_base64 else request.body.encode()
        except (binascii.Error, ValueError) as error:
            raise RequestError("malformed_body") from error
        if len(content) <= MOST_BYTES:
            return content
    raise RequestError("body_too_large")


def _from_json(text: str, *, depth: int = MOST_DEPTH) -> dict[str, object]:
    try:
        answers = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse, parse_float=_finite)
        _check_depth_and_letters(answers, depth)
    except (ValueError, RecursionError) as error:
        raise RequestError("malformed_json") from error
    if not isinstance(answers, dict):
        raise RequestError("malformed_json")
    return answers


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    answers = dict(pairs)
    if len(answers) != len(pairs) or len(answers) > MOST_FIELDS:
        raise ValueError("a repeated name, or too many names")
    return answers


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError("a number too large to keep")
    return number


def _check_depth_and_letters(value: object, depth: int) -> None:
    """Raise ValueError if the value is nested too deeply or has a lone surrogate, which UTF-8 can't encode."""
    if depth == 0:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        value.encode()
    elif isinstance(value, list):
        for item in value:
            _check_depth_and_letters(item, depth - 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            name.encode()
            _check_depth_and_letters(item, depth - 1)


def _from_form(text: str, *, charset: str = "utf-8", errors: str = "strict") -> dict[str, object]:
    from urllib.parse import parse_qsl  # noqa: PLC0415 - a JSON post does without

    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding=charset, errors=errors)
    except ValueError as error:
        raise RequestError("malformed_form") from error
    answers: dict[str, object] = {}
    for name, value in pairs:
        earlier = answers.get(name)
        if earlier is None:
            answers[name] = value
        elif isinstance(earlier, list):
            earlier.append(value)
        else:
            answers[name] = [earlier, value]
    return answers
