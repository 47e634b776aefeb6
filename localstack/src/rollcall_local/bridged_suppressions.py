"""ministack's SES, bridged where it differs from AWS: it keeps the account's suppression list."""

from __future__ import annotations

import json
import time
from http import HTTPMethod, HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ministack.services import ses_v2

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

_ADDRESSES = "/v2/email/suppression/addresses"
_TYPE = {"Content-Type": "application/json"}


def keep_the_suppression_list() -> None:
    """Let ministack put, get and delete suppressed addresses; they are forgotten when it ends.

    Source: SES API v2 Reference, PutSuppressedDestination, GetSuppressedDestination, DeleteSuppressedDestination.
    """
    others: Callable[..., Awaitable[Any]] = ses_v2.handle_request
    suppressed: dict[str, dict[str, object]] = {}

    async def answered(method: str, path: str, headers: Mapping[str, str], body: bytes, query: object) -> Any:  # noqa: ANN401 - ministack's own answer
        if path == _ADDRESSES and method == HTTPMethod.PUT:
            asked = json.loads(body)
            suppressed[asked["EmailAddress"]] = asked | {"LastUpdateTime": time.time()}
            return HTTPStatus.OK.value, _TYPE, b"{}"
        if not path.startswith(f"{_ADDRESSES}/"):
            return await others(method, path, headers, body, query)
        address = unquote(path.removeprefix(f"{_ADDRESSES}/"))
        if address not in suppressed:
            told = json.dumps({"message": f"Email address {address} does not exist on your suppression list."})
            return HTTPStatus.NOT_FOUND.value, _TYPE | {"x-amzn-errortype": "NotFoundException"}, told.encode()
        if method == HTTPMethod.DELETE:
            del suppressed[address]
            return HTTPStatus.OK.value, _TYPE, b"{}"
        return HTTPStatus.OK.value, _TYPE, json.dumps({"SuppressedDestination": suppressed[address]}).encode()

    ses_v2.handle_request = answered
