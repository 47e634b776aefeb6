"""Webhook addresses: HTTPS on port 443, at a name and never at an IP address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from registration_core.domain.errors import RollcallError

PORT = 443
LONGEST = 2000
_PRINTABLE = re.compile(r"[!-~]+")
_NAME = re.compile(r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
"""A name of two parts or more. Its last part starts with a letter, so no spelling of an IP address is one."""
_NEVER_PUBLIC = (".local", ".localhost", ".internal", ".home.arpa", ".lan", ".intranet", ".corp", ".home")


class WebhookUrlError(RollcallError):
    """This address can't receive webhooks. The message says why, and what to write instead."""

    code = "webhook_url"


@dataclass(frozen=True, slots=True)
class WebhookUrl:
    """Where a webhook goes. target: path and query, as the request line names them."""

    host: str
    port: int
    target: str


def read_webhook_url(url: str, *, on_this_machine: bool = False) -> WebhookUrl:
    """Read an address. Raises WebhookUrlError, whose message doesn't quote it: some addresses are secrets.

    on_this_machine: the stack runs in an emulator, so `localhost` and any port are allowed.
    """
    if not _PRINTABLE.fullmatch(url) or "\\" in url:
        raise WebhookUrlError('has spaces or letters such as "ö"; percent-encode them, such as "%20" for a space')
    if len(url) > LONGEST:
        raise WebhookUrlError(f"is longer than {LONGEST} characters")
    parts, port = _split(url)
    if parts.scheme != "https":
        raise WebhookUrlError("must begin with https://")
    if "@" in parts.netloc:
        raise WebhookUrlError("must not have a name or password before the host; receivers check the signature")
    if parts.fragment or url.endswith("#"):
        raise WebhookUrlError("must not have a # part, because it is never sent")
    host = (parts.hostname or "").removesuffix(".")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if on_this_machine and host == "localhost":
        return WebhookUrl(host, port or PORT, target)
    if not _NAME.fullmatch(host):
        raise WebhookUrlError("must have a host name such as hooks.example.org, not an IP address")
    if host.endswith(_NEVER_PUBLIC):
        raise WebhookUrlError("must have a public host name; this one is private")
    if port not in (None, PORT):
        raise WebhookUrlError(f"must use port {PORT}, so leave the port out")
    return WebhookUrl(host, PORT, target)


def _split(url: str) -> tuple[SplitResult, int | None]:
    """Return an address's parts, and its port if it names one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WebhookUrlError("is not a web address; write one such as https://hooks.example.org/rollcall") from error
    return parts, port
