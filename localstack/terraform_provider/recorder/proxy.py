"""The recording proxy: a loopback port between a provider and an emulator, and a fence around both."""

from __future__ import annotations

import http.client
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from rollcall_local.front import HOP_BY_HOP, ForwardingHandler, FrontServer
from standin.clients import require_local

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TIMEOUT_S = 120


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of the provider, and what the emulator answered.

    started: seconds since the epoch. headers: by lower-case name.
    """

    started: float
    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer: bytes


@dataclass
class Record:
    """What went through the proxy, and which other hosts the provider tried to reach."""

    exchanges: list[Exchange] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


class _Handler(ForwardingHandler):
    server: FrontServer
    upstream: tuple[str, int]
    record: Record

    def forward(self) -> None:
        """Forward one request with its Host, which its signature covers, and record both sides."""
        named = urlsplit(self.path)
        if named.netloc and not named.netloc.endswith(f"127.0.0.1:{self.server.server_port}"):
            self._refuse(named.netloc)
            return
        if "Transfer-Encoding" in self.headers:
            self._answer(HTTPStatus.LENGTH_REQUIRED, [], b"The recorder needs requests with a Content-Length.\n")
            return
        # S3 Control puts the account before the host (111122223333.127.0.0.1), so its calls come as to a proxy.
        target = named._replace(scheme="", netloc="").geturl()
        started = time.time()
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP - {"host"}}
        connection = http.client.HTTPConnection(*self.upstream, timeout=TIMEOUT_S)
        try:
            connection.request(self.command, target, body, headers)
            response = connection.getresponse()
            status, answer = response.status, response.read()
            sent_on = [(name, value) for name, value in response.getheaders() if name.lower() not in HOP_BY_HOP]
        except (OSError, http.client.HTTPException):
            status, answer, sent_on = int(HTTPStatus.BAD_GATEWAY), b"The emulator gave no answer.\n", []
        finally:
            connection.close()
        lowered = {name.lower(): value for name, value in self.headers.items()}
        self.record.exchanges.append(
            Exchange(started, self.command, target, lowered, body, status, answer)
        )  # fmt: skip
        self._answer(status, sent_on, answer)

    def do_CONNECT(self) -> None:  # noqa: N802 - http.server's name
        """Refuse the way out: the provider's environment names this port as its proxy for every other host."""
        self._refuse(self.path)

    do_GET = do_HEAD = do_POST = do_OPTIONS = do_PUT = do_DELETE = do_PATCH = forward  # noqa: N815 - http.server's names

    def _refuse(self, host: str) -> None:
        self.record.refused.append(host)
        self._answer(HTTPStatus.FORBIDDEN, [], b"The recorder reaches nothing but the emulator on this machine.\n")


@contextmanager
def recording_proxy(upstream: str) -> Iterator[tuple[int, Record]]:
    """Serve the proxy on a free loopback port until the block ends; yield the port and the record.

    Raises NotLocalError unless the upstream is on this machine.
    """
    parts = urlsplit(require_local(upstream, "The emulator's address"))
    record = Record()
    names = {"upstream": (parts.hostname, parts.port or 80), "record": record}
    server = FrontServer(("127.0.0.1", 0), type("RecordingHandler", (_Handler,), names))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1], record
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def fenced(port: int) -> dict[str, str]:
    """Return the environment in which a provider reaches the proxy, and any other host only through its refusal."""
    proxy = f"http://127.0.0.1:{port}"
    return {
        "AWS_ENDPOINT_URL": proxy,
        "HTTP_PROXY": proxy,
        "HTTPS_PROXY": proxy,
        "NO_PROXY": "127.0.0.1,localhost,::1",
    }
