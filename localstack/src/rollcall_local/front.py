"""The site's front on one machine: a loopback port that forwards to the distribution.

A distribution's host name is known only after the apply, and it redirects to HTTPS. Visitors on
this machine use this fixed address instead; Host and X-Forwarded-Proto are set as in AWS.
"""

from __future__ import annotations

import argparse
import http.client
import json
import signal
import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rollcall_build.files import replace_file
from rollcall_local.process import BackgroundProcess, answers

if TYPE_CHECKING:
    from rollcall_local.paths import Workspace

#: Headers of one connection, not of the page (RFC 9110, 7.6.1).
HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host"})

HEALTH_PATH = "/.rollcall-front"

NOT_PUBLISHED = b"The site is not published yet. Wait for `make up` to finish, or run it again.\n"


def write_target(file: Path, distribution_domain: str) -> None:
    """Record which distribution the front forwards to."""
    replace_file(file, json.dumps({"host": distribution_domain}))


class ForwardingHandler(BaseHTTPRequestHandler):
    """Forwards a visitor's request to the distribution, and its answer back."""

    target: Path
    edge_port: int
    server_version = "RollcallFront"
    protocol_version = "HTTP/1.1"

    def forward(self) -> None:
        """Answer with the distribution's answer, or 503 while there is none."""
        if self.path == HEALTH_PATH:
            self._answer(HTTPStatus.OK, [("Content-Type", "text/plain")], b"ok\n")
            return
        try:
            host = json.loads(self.target.read_text(encoding="utf-8"))["host"]
            status, headers, body = self._ask(host)
        except (OSError, ValueError, KeyError, http.client.HTTPException):
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, [("Content-Type", "text/plain")], NOT_PUBLISHED)
            return
        self._answer(status, headers, body)

    do_GET = do_HEAD = do_POST = do_OPTIONS = do_PUT = do_DELETE = do_PATCH = forward  # noqa: N815 - http.server's names

    def _ask(self, host: str) -> tuple[int, list[tuple[str, str]], bytes]:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
        headers |= {"Host": host, "X-Forwarded-Proto": "https"}
        connection = http.client.HTTPConnection("127.0.0.1", self.edge_port, timeout=30)
        try:
            connection.request(self.command, self.path, body, headers)
            answer = connection.getresponse()
            sent_on = [(name, value) for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP]
            return answer.status, sent_on, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response_only(status)
        has_length = False
        for name, value in headers:
            if name.lower() == "content-length":
                has_length = True
                if self.command != "HEAD":
                    continue
            self.send_header(name, value)
        if self.command != "HEAD" or not has_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002, ANN401 - http.server's signature
        """Log nothing; the distribution has a log."""


class FrontServer(ThreadingHTTPServer):
    """Serves many visitors at once, and ignores those who hang up."""

    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - socketserver's signature
        """Ignore broken connections."""


def background(workspace: Workspace) -> BackgroundProcess:
    """Describe the front's process."""
    return BackgroundProcess(
        name="site front",
        folder=workspace.state / "front",
        port=workspace.site_port,
        ready=lambda: answers(workspace.site_port, HEALTH_PATH),
        port_variable="ROLLCALL_SITE_PORT",
    )


def command(workspace: Workspace) -> list[str]:
    """Return the arguments of `python -m` that serve the front."""
    return [
        "rollcall_local.front",
        f"--port={workspace.site_port}",
        f"--edge-port={workspace.edge_port}",
        f"--target={workspace.state / 'front.json'}",
    ]


def serve(*, port: int, edge_port: int, target: Path) -> None:
    """Forward from one loopback port until SIGTERM."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    handler = type("FrontHandler", (ForwardingHandler,), {"target": target, "edge_port": edge_port})
    server = FrontServer(("127.0.0.1", port), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stopped.wait()
    server.shutdown()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Forward a loopback port to the local distribution.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--edge-port", type=int, required=True)
    parser.add_argument("--target", type=Path, required=True)
    chosen = parser.parse_args()
    serve(port=chosen.port, edge_port=chosen.edge_port, target=chosen.target)
