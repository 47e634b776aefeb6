"""The staff function does what docs/openapi.json says, as a manager sees it: over HTTP, with a table in memory."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from schemathesis_run import check_described
from unit.handlers.staff_office import MANAGER, StaffOffice, claims

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "Bearer manager"


@pytest.mark.full
def test_staff_api__answers_a_manager_as_described(tmp_path: Path) -> None:
    """No server error, no undocumented status, header or body; without a token: 401."""
    office = StaffOffice()
    for course in ("first-robot", "line-followers"):
        office.register(course=course)
    office.register("contact")
    with served(office) as url:
        check_described(url, "--include-path-regex", "^/staff/", "--header", f"Authorization: {TOKEN}", folder=tmp_path)


@contextmanager
def served(office: StaffOffice) -> Iterator[str]:
    """Serve the function on this machine, as API Gateway would pass requests on. Yields its base URL."""
    turn = threading.Lock()

    class Gateway(BaseHTTPRequestHandler):
        def answer(self) -> None:
            address = urlsplit(self.path)
            signed_in = self.headers.get("Authorization") == TOKEN
            event = {
                "httpMethod": self.command,
                "path": address.path,
                "headers": dict(self.headers),
                "queryStringParameters": dict(parse_qsl(address.query, keep_blank_values=True)) or None,
                "body": self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace") or None,
                "requestContext": {"authorizer": {"claims": claims(MANAGER)}} if signed_in else {},
            }
            with turn:
                self.give(office.function(event))

        def give(self, answer: dict[str, Any]) -> None:
            body = answer["body"].encode()
            self.send_response(answer["statusCode"])
            for name, value in {**answer["headers"], "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer  # noqa: N815 - the names that the server looks for
        do_OPTIONS = do_TRACE = do_QUERY = answer  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
