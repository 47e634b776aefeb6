"""The sign-in to the staff API with real sockets: the way back from the browser, and no redirects followed."""

from __future__ import annotations

import base64
import hashlib
import json
import socket
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

import guide
import pytest

from admin_cli.errors import CliError, ExitCode
from admin_cli.staff_api.browser import sign_in_by_browser
from admin_cli.staff_api.sign_in import SignInPages, Tokens
from admin_cli.staff_api.transport import Answer, NoAnswerError, http_transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from unit.cli.fakes import CommandLine

PAGES = SignInPages("https://login.example.org", "3k7n2m8q")


class Browser:
    """Opens the address, and comes back with these queries, one after another. {state} is the right one."""

    def __init__(self, *queries: dict[str, str]) -> None:
        self.queries = queries
        self.asked: dict[str, str] = {}
        self.statuses: list[int] = []

    def __call__(self, address: str) -> None:
        self.asked = dict(parse_qsl(urlsplit(address).query))
        threading.Thread(target=self._come_back).start()

    def _come_back(self) -> None:
        for query in self.queries:
            sent = {name: value.format(state=self.asked["state"]) for name, value in query.items()}
            try:
                back = f"{self.asked['redirect_uri']}?{urlencode(sent)}"
                with urllib.request.urlopen(back, timeout=10) as page:  # noqa: S310 - this machine's own
                    self.statuses.append(page.status)
                    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
            except urllib.error.HTTPError as refusal:
                with refusal:
                    self.statuses.append(refusal.code)


class TokenTransport:
    """Gives a token for the code `abc`."""

    form: ClassVar[dict[str, str]] = {}

    def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Answer:
        del method, headers
        assert url == f"{PAGES.url}/oauth2/token"
        self.form.update(parse_qsl((body or b"").decode()))
        made = {"access_token": "a.b.c", "refresh_token": "r", "expires_in": 600}
        return Answer(200, {}, json.dumps(made).encode()) if self.form["code"] == "abc" else Answer(400, {}, b"{}")


def test_sign_in__takes_only_the_answer_to_its_own_question() -> None:
    """Other pages that the browser opens there get nothing, and PKCE proves that it is the same program."""
    browser = Browser({}, {"state": "guessed", "code": "stolen"}, {"state": "{state}", "code": "abc"})
    transport = TokenTransport()
    tokens = sign_in_by_browser(PAGES, transport, browser, port=0)
    assert tokens == Tokens("a.b.c", "r", tokens.expires_at)
    assert browser.statuses[:2] == [404, 404]
    digest = hashlib.sha256(transport.form["code_verifier"].encode()).digest()
    assert browser.asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert browser.asked["code_challenge_method"] == "S256"
    assert transport.form["redirect_uri"] == browser.asked["redirect_uri"]
    assert "client_secret" not in transport.form


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"state": "{state}", "error": "access_denied"}, r"The sign-in was refused: access_denied\."),
        ({"state": "{state}", "code": "wrong"}, r"The sign-in pages refused the sign-in\."),
    ],
)
def test_refused_sign_in__says_so(query: dict[str, str], says: str) -> None:
    with pytest.raises(CliError, match=says) as error:
        sign_in_by_browser(PAGES, TokenTransport(), Browser(query), port=0)
    assert error.value.exit_code == ExitCode.CREDENTIALS
    assert error.value.hint == "Try again: rollcall login"


def test_sign_in_that_nobody_ends__stops_waiting() -> None:
    with pytest.raises(CliError, match="Nobody signed in within"):
        sign_in_by_browser(PAGES, TokenTransport(), lambda _address: None, port=0, wait_s=0.05)


def test_port_in_use__says_which() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CliError, match=f"Port {port} of this machine is in use"):
            sign_in_by_browser(PAGES, TokenTransport(), lambda _address: None, port=port)


class Elsewhere(BaseHTTPRequestHandler):
    """Redirects every request, and keeps what it was asked."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_door__follows_no_redirect(address: str) -> None:
    """It would hand the token to whatever the answer names."""
    assert http_transport("GET", f"{address}/staff/me", {"Authorization": "Bearer x"}).status == 302
    assert Elsewhere.asked == ["/staff/me"]


def test_door__without_an_answer__says_why() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NoAnswerError, match="refused"):
        http_transport("GET", f"http://127.0.0.1:{port}/staff/me", {})


@pytest.mark.parametrize("line", guide.beyond("rollcall logout"))
def test_guide__logout_runs(rollcall_local: CommandLine, line: str) -> None:
    assert rollcall_local(*line.split()[1:]).code == 0
