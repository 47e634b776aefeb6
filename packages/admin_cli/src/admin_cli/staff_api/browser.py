"""The way back from the browser in which a person signs in to the staff API."""

from __future__ import annotations

import secrets
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from admin_cli.errors import CliError, ExitCode
from admin_cli.staff_api.sign_in import Tokens, ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from admin_cli.staff_api.sign_in import SignInPages
    from admin_cli.staff_api.transport import Transport

PORT = 8976
"""The stack's sign-in pages lead back to it on this machine: infra/terraform/desk.tf."""
WAIT_S = 300.0
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{0}</title>'
    '<meta name="viewport" content="width=device-width"><p>{0} You can close this page.</p></html>'
)


def sign_in_by_browser(
    pages: SignInPages, transport: Transport, invite: Callable[[str], None], *, port: int = PORT, wait_s: float = WAIT_S
) -> Tokens:
    """Let a person sign in on this machine's browser, and return the tokens.

    invite: shows the address to open. port: 0 for any that is free. Raises CliError if the person refuses or takes too
    long.
    """
    state, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except OSError as error:
        raise CliError(
            f"Port {port} of this machine is in use, and the sign-in comes back to it.",
            hint="Another rollcall login may be waiting. Stop it, then try again.",
        ) from error
    with server:
        server.state = state
        back_to = f"http://localhost:{server.server_port}/"
        invite(pages.address(state, verifier, back_to))
        code = server.wait_for_code(wait_s)
    sent = {"grant_type": "authorization_code", "code": code, "code_verifier": verifier, "redirect_uri": back_to}
    answer = ask(pages, transport, sent)
    if answer is None:
        raise _ended("The sign-in pages refused the sign-in.")
    return Tokens(answer["access_token"], answer["refresh_token"], time.time() + answer["expires_in"])


class _Server(HTTPServer):
    """Waits on this machine for the browser to come back with a code."""

    state = ""
    code: str | None = None
    refusal: str | None = None

    def wait_for_code(self, wait_s: float) -> str:
        """Return the code. Raises CliError."""
        end = time.monotonic() + wait_s
        while self.code is None and self.refusal is None:
            self.timeout = end - time.monotonic()
            if self.timeout <= 0:
                raise _ended(f"Nobody signed in within {wait_s / 60:.0f} minutes.")
            self.handle_request()
        if self.code is None:
            raise _ended(f"The sign-in was refused: {self.refusal}.")
        return self.code


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5.0
    """A browser may open a connection without asking for anything."""

    def do_GET(self) -> None:
        """Take the code from the address, if it is the answer to this sign-in."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        if not secrets.compare_digest(query.get("state", "").encode(), self.server.state.encode()):
            self._answer(404, "There is nothing here.")
            return
        self.server.code, self.server.refusal = query.get("code"), query.get("error")
        self._answer(200, "You are signed in." if self.server.code else "You are not signed in.")

    def log_message(self, *_args: object) -> None:
        """Write nothing: the address has the code."""

    def _answer(self, status: int, sentence: str) -> None:
        body = _PAGE.format(sentence).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _ended(sentence: str) -> CliError:
    return CliError(sentence, hint="Try again: rollcall login", exit_code=ExitCode.CREDENTIALS)
