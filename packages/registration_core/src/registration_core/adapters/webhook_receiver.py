"""Receivers of webhooks: one HTTPS request to a public address, with a limit on everything.

A form editor writes the address, and a name can lead anywhere. So the name is resolved once, every
address that it has must be public, and the connection goes to one of these addresses, while TLS
checks the name. Redirects aren't followed, and only the head of the answer is read.
"""

from __future__ import annotations

import queue
import re
import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from registration_core.domain.public_addresses import is_public
from registration_core.domain.webhook_ports import Answer, Receiver, ReceiverError
from registration_core.domain.webhook_urls import WebhookUrlError, read_webhook_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from registration_core.domain.webhook_urls import WebhookUrl

WITHIN_S = 10.0
"""For everything: the name, the connection, TLS, the request and the answer."""
_CONNECT_S = 4.0
"""For one address, so that there is time for the next."""
MOST_ADDRESSES = 4
MOST_BYTES = 16 * 1024
"""Of the answer. Only its status and Retry-After matter, and they come first."""
LONGEST_WAIT_S = 11 * 60 * 60
"""SQS hides a message for twelve hours at most, counted from when it was received."""
USER_AGENT = "Rollcall-Webhooks/1"

_HEAD = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n(.*?)\r?\n\r?\n", re.DOTALL)
_BARE_HEAD = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})(?: [^\r\n]*)?\r?\n()\r?\n")
_RETRY_AFTER = re.compile(rb"^retry-after:[ \t]*([^\r\n]{1,60}?)[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)


class HttpsReceiver(Receiver):
    """Posts to receivers on the internet.

    on_this_machine: the stack runs in an emulator, so `localhost` on any port is allowed. resolve:
    returns a name's IP addresses; it may block. context: what TLS trusts.
    """

    def __init__(
        self,
        *,
        on_this_machine: bool = False,
        resolve: Callable[[str, int], Sequence[str]] | None = None,
        context: ssl.SSLContext | None = None,
        within_s: float = WITHIN_S,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._on_this_machine = on_this_machine
        self._resolve = resolve or addresses_of
        self._context = context or ssl.create_default_context()
        self._within_s = within_s
        self._monotonic = monotonic

    def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Post a message, and return the answer, whatever its status. Raises ReceiverError."""
        ends = self._monotonic() + self._within_s
        try:
            place = read_webhook_url(url, on_this_machine=self._on_this_machine)
        except WebhookUrlError as error:
            raise ReceiverError("the address is not allowed") from error
        try:
            with self._connected(place, ends) as connection:
                connection.settimeout(self._left(ends))
                connection.sendall(_request(place, headers, body))
                return self._answer(connection, ends)
        except TimeoutError as error:
            raise ReceiverError(f"no answer within {self._within_s:g} seconds") from error
        except ssl.SSLCertVerificationError as error:
            raise ReceiverError("its certificate is not valid for the name") from error
        except ssl.SSLError as error:
            raise ReceiverError("TLS failed") from error
        except OSError as error:
            raise ReceiverError("the connection failed") from error

    def _connected(self, place: WebhookUrl, ends: float) -> ssl.SSLSocket:
        """Connect to an address that was checked, and let TLS check the name."""
        addresses = self._addresses(place, ends)
        for number, address in enumerate(addresses, start=1):
            raw = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            try:
                raw.settimeout(min(_CONNECT_S, self._left(ends)))
                raw.connect((address, place.port))
                raw.settimeout(self._left(ends))
                return self._context.wrap_socket(raw, server_hostname=place.host)
            except OSError as error:
                raw.close()
                if isinstance(error, ssl.SSLError) or number == len(addresses):
                    raise
        raise ReceiverError("the name has no address")

    def _addresses(self, place: WebhookUrl, ends: float) -> Sequence[str]:
        """Return a name's addresses. Raises ReceiverError if it has none, or if any isn't public."""
        answers: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self._resolve(place.host, place.port))
            except (OSError, UnicodeError):
                answers.put(())

        threading.Thread(target=look_up, daemon=True).start()  # a name server may never answer
        try:
            addresses = answers.get(timeout=self._left(ends))
        except queue.Empty:
            raise TimeoutError from None
        if not all(is_public(address) or self._is_allowed_here(place, address) for address in addresses):
            raise ReceiverError("the name leads to an address that is not public")
        return addresses[:MOST_ADDRESSES]

    def _is_allowed_here(self, place: WebhookUrl, address: str) -> bool:
        return self._on_this_machine and place.host == "localhost" and address in ("127.0.0.1", "::1")

    def _answer(self, connection: ssl.SSLSocket, ends: float) -> Answer:
        received = b""
        while len(received) < MOST_BYTES:
            connection.settimeout(self._left(ends))
            part = connection.recv(MOST_BYTES - len(received))
            received += part
            while (head := _BARE_HEAD.match(received) or _HEAD.match(received)) is not None:
                if not head[1].startswith(b"1"):
                    return Answer(int(head[1]), _retry_after(head[2]))
                received = received[head.end() :]  # 1xx comes before the answer
            if not part:
                break
        raise ReceiverError("the answer is not HTTP")

    def _left(self, ends: float) -> float:
        left_s = ends - self._monotonic()
        if left_s <= 0:
            raise TimeoutError
        return left_s


def is_on_this_machine(environ: Mapping[str, str]) -> bool:
    """Whether AWS itself is an emulator on this machine.

    In AWS this can't be switched on: a function whose AWS is on loopback reaches no table and no
    queue, and so delivers nothing.
    """
    return urlsplit(environ.get("AWS_ENDPOINT_URL", "")).hostname in ("localhost", "127.0.0.1", "::1")


def addresses_of(host: str, port: int) -> Sequence[str]:
    """Return a name's IP addresses, those of version 4 first: a function in AWS has no other way out."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return sorted(dict.fromkeys(str(each[4][0]) for each in found), key=lambda address: ":" in address)


def _request(place: WebhookUrl, headers: Mapping[str, str], body: bytes) -> bytes:
    port = "" if place.port == 443 else f":{place.port}"  # noqa: PLR2004 - HTTPS's own
    lines = [
        f"POST {place.target} HTTP/1.1",
        f"Host: {place.host}{port}",
        f"User-Agent: {USER_AGENT}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join((*lines, "", "")).encode("ascii") + body


def _retry_after(headers: bytes) -> int:
    """Return the seconds of a Retry-After header, which may also hold a date; 0 without one."""
    asked = _RETRY_AFTER.search(headers)
    if asked is None:
        return 0
    text = asked[1].decode("ascii", "replace")
    if text.isascii() and text.isdigit():
        return min(int(text), LONGEST_WAIT_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0
    wait_s = (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return round(max(0, min(wait_s, LONGEST_WAIT_S)))
