"""Makes ministack's SES match AWS: it keeps the account's suppression list."""

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


def keep_the_suppression_list() -> None:
    """Make ministack put, get and delete suppressed addresses; it forgets them when it stops.

    Source: SES API v2 Reference, PutSuppressedDestination, GetSuppressedDestination,
    DeleteSuppressedDestination.
    """
    others: Callable[..., Awaitable[Any]] = ses_v2.handle_request
    suppressed: dict[str, dict[str, object]] = {}

    def answer(status: HTTPStatus, body: Mapping[str, object], error: str | None = None) -> Any:  # noqa: ANN401 - ministack's own answer
        headers = {"Content-Type": "application/json"}  # a new one each time: ministack adds the length to it
        return status.value, headers | ({"x-amzn-errortype": error} if error else {}), json.dumps(body).encode()

    async def answered(method: str, path: str, headers: Mapping[str, str], body: bytes, query: object) -> Any:  # noqa: ANN401 - as above
        if path == _ADDRESSES and method == HTTPMethod.PUT:
            asked = json.loads(body)
            suppressed[asked["EmailAddress"]] = asked | {"LastUpdateTime": time.time()}
            return answer(HTTPStatus.OK, {})
        if not path.startswith(f"{_ADDRESSES}/"):
            return await others(method, path, headers, body, query)
        address = unquote(path.removeprefix(f"{_ADDRESSES}/"))
        if address not in suppressed:
            message = f"Email address {address} does not exist on your suppression list."
            return answer(HTTPStatus.NOT_FOUND, {"message": message}, "NotFoundException")
        if method == HTTPMethod.DELETE:
            del suppressed[address]
            return answer(HTTPStatus.OK, {})
        return answer(HTTPStatus.OK, {"SuppressedDestination": suppressed[address]})

    ses_v2.handle_request = answered
