"""The form version of the functions: as the API reports it, or an error that says why not."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from admin_cli.aws.deployed_form import version_at
from admin_cli.errors import CliError

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWERS = {
    "/v1/forms/registration": (200, b'{"name": "registration", "version": "0123456789ab"}'),
    "/v1/forms/broken": (200, b"<html>"),
    "/v1/forms/bare": (200, b"{}"),
    "/v1/forms/down": (503, b"{}"),
}


class Api(BaseHTTPRequestHandler):
    """Gives the answers that a test chose."""

    def do_GET(self) -> None:
        status, body = ANSWERS.get(self.path, (404, b"{}"))
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture
def api_url() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def test_version__is_what_the_api_reports(api_url: str) -> None:
    assert version_at(api_url, "registration") == "0123456789ab"


@pytest.mark.parametrize(
    ("form", "reason"),
    [("broken", "is deployed."), ("bare", "is deployed."), ("down", "(status 503)")],
)
def test_version__says_why_the_api_gives_none(api_url: str, form: str, reason: str) -> None:
    with pytest.raises(CliError, match="did not say which version") as error:
        version_at(api_url, form)
    assert reason in str(error.value)


@pytest.mark.parametrize("form", ["nope", "a/b"])
def test_version__is_none_if_the_functions_lack_the_form(api_url: str, form: str) -> None:
    assert version_at(api_url, form) is None


def test_version__reports_an_api_that_cannot_be_reached() -> None:
    with pytest.raises(CliError, match="did not say"):
        version_at("http://127.0.0.1:1/v1", "registration")
    with pytest.raises(CliError, match="is not a web address"):
        version_at("file:///etc", "registration")
