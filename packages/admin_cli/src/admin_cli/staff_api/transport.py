"""Transport: one HTTP request to a stack's staff API, and its answer."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from admin_cli.aws.contexts import is_loopback
from admin_cli.errors import CliError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TIMEOUT_S = 35.0
"""API Gateway itself gives up after 29 seconds."""


class NoAnswerError(Exception):
    """No answer came. The message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer. headers: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends requests."""

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        """Send one request. Raises NoAnswerError, CliError."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a redirect would hand the token to another server."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def http_transport(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
    """Send one request over HTTPS, or over HTTP to this machine. Follows the proxy of the environment."""
    if not (url.startswith("https://") or (url.startswith("http://") and is_loopback(url))):
        raise CliError(f"{url} is not an https address, so nothing is sent there.")
    request = urllib.request.Request(url, body, dict(headers), method=method)  # noqa: S310 - https, as was just checked
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=TIMEOUT_S) as answer:
            return Answer(answer.status, _lower(answer.headers.items()), answer.read())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, _lower(refusal.headers.items()), refusal.read())
    except urllib.error.URLError as error:
        raise NoAnswerError(str(getattr(error.reason, "strerror", None) or error.reason)) from error
    except (OSError, http.client.HTTPException) as error:
        raise NoAnswerError(str(error) or type(error).__name__) from error


def _lower(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}
