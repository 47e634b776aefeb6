"""Bodies and conditions of changes: the JSON that they send, If-Match and Idempotency-Key."""

from __future__ import annotations

import re

from lambda_handlers.http_request import read_object
from registration_core.domain.errors import InvalidKeyError, RollcallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from lambda_handlers.http_request import Request

_KINDS: Mapping[type, str] = {bool: "true or false", dict: "an object", int: "a whole number", str: "a text"}
_TAG = re.compile(r'"([1-9][0-9]{0,15})"')
_KEY = re.compile(r"[0-9A-Za-z_-]{1,64}")


class InvalidBodyError(RollcallError):
    """The body lacks a member, has an unknown one, or one of another type. The message names it."""

    code = "invalid_body"


class IfMatchNeededError(RollcallError):
    """The change doesn't say which version it is based on."""

    code = "if_match_needed"

    def __init__(self) -> None:
        super().__init__("Send If-Match with the ETag of the submission as you saw it.")


class InvalidIfMatchError(RollcallError):
    """If-Match has no ETag of a submission."""

    code = "invalid_if_match"

    def __init__(self) -> None:
        super().__init__('If-Match must be the ETag of one submission, such as "7" with its quotation marks.')


class KeyNeededError(RollcallError):
    """The request has no Idempotency-Key, so sending it again could do the same thing twice."""

    code = "key_needed"

    def __init__(self) -> None:
        super().__init__("Send an Idempotency-Key: a new one for each request, and the same when you send it again.")


def read_body(
    request: Request, needed: Mapping[str, type] | None = None, optional: Mapping[str, type] | None = None
) -> dict[str, Any]:
    """Return the members of a request's JSON object. needed, optional: their types, by name.

    A request that needs none may have no body. Raises RequestError, InvalidBodyError.
    """
    needed, kinds = needed or {}, {**(needed or {}), **(optional or {})}
    sent = read_object(request) if needed or request.body else {}
    there = f"There are: {', '.join(kinds)}." if kinds else "There are none."
    for name, value in sent.items():
        if name not in kinds:
            raise InvalidBodyError(f'There is no member "{name[:40]}" here. {there}')
        if type(value) is not kinds[name]:
            raise InvalidBodyError(f'"{name}" must be {_KINDS[kinds[name]]}.')
    missing = [name for name in needed if name not in sent]
    if missing:
        raise InvalidBodyError(f'The body must have "{missing[0]}".')
    return sent


def expected_version(request: Request) -> int:
    """Return the version that If-Match names. Raises IfMatchNeededError, InvalidIfMatchError."""
    version = version_if_sent(request)
    if version is None:
        raise IfMatchNeededError
    return version


def version_if_sent(request: Request) -> int | None:
    """Return the version that If-Match names; None without the header. Raises InvalidIfMatchError."""
    sent = request.headers.get("if-match", "").strip()
    if not sent:
        return None
    tag = _TAG.fullmatch(sent)
    if tag is None:
        raise InvalidIfMatchError
    return int(tag[1])


def idempotency_key(request: Request) -> str:
    """Return the request's Idempotency-Key. Raises KeyNeededError, InvalidKeyError."""
    key = request.idempotency_key
    if not key:
        raise KeyNeededError
    if _KEY.fullmatch(key) is None:
        raise InvalidKeyError("An Idempotency-Key has 1 to 64 letters, digits, - and _.")
    return key
