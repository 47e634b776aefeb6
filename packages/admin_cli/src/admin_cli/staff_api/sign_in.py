"""Sign-in to the staff API in a browser: the stack's sign-in pages, and the tokens that they lead to.

Source: OAuth 2.0 for Native Apps (RFC 8252, with a loopback address) and PKCE (RFC 7636), as Cognito's
managed login speaks them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from admin_cli.errors import CliError, ExitCode
from admin_cli.staff_api.door import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from admin_cli.staff_api.door import Door

PORT = 8976
"""The stack's sign-in pages lead back to it on this machine: infra/terraform/desk.tf."""
SCOPES = "openid rollcall/staff"
WAIT_S = 300.0
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_OK, _REFUSED = 200, 400
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>{0}</title>'
    '<meta name="viewport" content="width=device-width"><p>{0} You can close this page.</p></html>'
)


@dataclass(frozen=True, slots=True)
class SignInPages:
    """Where people sign in. url: of the pages, without a path. client_id: the app that they sign in to."""

    url: str
    client_id: str

    def address(self, state: str, verifier: str, back_to: str) -> str:
        """Return the address to open in a browser."""
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "client_id": self.client_id,
            "code_challenge": digest,
            "code_challenge_method": "S256",
            "redirect_uri": back_to,
            "response_type": "code",
            "scope": SCOPES,
            "state": state,
        }
        return f"{self.url}/oauth2/authorize?{urlencode(query)}"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What proves a sign-in. access lasts minutes, until expires_at (seconds since 1970); refresh gets new ones."""

    access: str
    refresh: str
    expires_at: float

    @property
    def name(self) -> str:
        """Who signed in, as the token says."""
        payload = self.access.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["username"])


def not_signed_in(sentence: str = "You are not signed in to the staff API.") -> CliError:
    """Return the error for somebody who has to sign in first."""
    return CliError(sentence, hint="Sign in: rollcall login", exit_code=ExitCode.CREDENTIALS)


def sign_in_by_browser(
    pages: SignInPages, door: Door, invite: Callable[[str], None], *, port: int = PORT, wait_s: float = WAIT_S
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
    answer = _ask(pages, door, sent)
    if answer is None:
        raise _ended("The sign-in pages refused the sign-in.")
    return Tokens(answer["access_token"], answer["refresh_token"], time.time() + answer["expires_in"])


def refreshed(pages: SignInPages, door: Door, refresh: str) -> Tokens | None:
    """Return new tokens; None if the sign-in has ended. Raises CliError if the pages can't be reached."""
    answer = _ask(pages, door, {"grant_type": "refresh_token", "refresh_token": refresh})
    if answer is None:
        return None
    return Tokens(answer["access_token"], answer.get("refresh_token", refresh), time.time() + answer["expires_in"])


def revoke(pages: SignInPages, door: Door, refresh: str) -> None:
    """End a sign-in, so that its refresh token gets nothing any more. Raises CliError."""
    body = urlencode({"client_id": pages.client_id, "token": refresh}).encode()
    answer = _send(pages, door, "revoke", body)
    if answer[0] not in (_OK, _REFUSED):  # refused: it has ended already
        raise CliError(f"The sign-in pages did not end the sign-in (HTTP status {answer[0]}).")


def _ask(pages: SignInPages, door: Door, form: Mapping[str, str]) -> dict[str, Any] | None:
    """Ask for tokens; None if they are refused."""
    status, content = _send(pages, door, "token", urlencode({"client_id": pages.client_id, **form}).encode())
    if status == _REFUSED:
        return None
    if status != _OK:
        raise CliError(f"The sign-in pages gave no token (HTTP status {status}).", hint="Try again in a minute.")
    answer: dict[str, Any] = json.loads(content)
    return answer


def _send(pages: SignInPages, door: Door, endpoint: str, body: bytes) -> tuple[int, bytes]:
    try:
        answer = door("POST", f"{pages.url}/oauth2/{endpoint}", _FORM, body)
    except NoAnswerError as error:
        raise CliError(
            f"{urlsplit(pages.url).netloc}, where you sign in, doesn't answer ({error}).", hint="Check the network."
        ) from error
    return answer.status, answer.body


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
