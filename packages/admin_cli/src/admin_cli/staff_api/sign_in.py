"""Sign-in to the staff API in a browser: the stack's sign-in pages, and the tokens that they lead to.

Source: OAuth 2.0 for Native Apps (RFC 8252, with a loopback address) and PKCE (RFC 7636), as Cognito's
managed login speaks them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from admin_cli.errors import CliError, ExitCode
from admin_cli.staff_api.transport import NoAnswerError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from admin_cli.staff_api.transport import Transport

SCOPES = "openid rollcall/staff"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
_OK, _REFUSED = 200, 400


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


def refreshed(pages: SignInPages, transport: Transport, refresh: str) -> Tokens | None:
    """Return new tokens; None if the sign-in has ended. Raises CliError if the pages can't be reached."""
    answer = ask(pages, transport, {"grant_type": "refresh_token", "refresh_token": refresh})
    if answer is None:
        return None
    return Tokens(answer["access_token"], answer.get("refresh_token", refresh), time.time() + answer["expires_in"])


def revoke(pages: SignInPages, transport: Transport, refresh: str) -> None:
    """End a sign-in, so that its refresh token gets nothing any more. Raises CliError."""
    body = urlencode({"client_id": pages.client_id, "token": refresh}).encode()
    answer = _send(pages, transport, "revoke", body)
    if answer[0] not in (_OK, _REFUSED):  # refused: it has ended already
        raise CliError(f"The sign-in pages did not end the sign-in (HTTP status {answer[0]}).")


def ask(pages: SignInPages, transport: Transport, form: Mapping[str, str]) -> dict[str, Any] | None:
    """Ask for tokens; None if they are refused."""
    status, content = _send(pages, transport, "token", urlencode({"client_id": pages.client_id, **form}).encode())
    if status == _REFUSED:
        return None
    if status != _OK:
        raise CliError(f"The sign-in pages gave no token (HTTP status {status}).", hint="Try again in a minute.")
    answer: dict[str, Any] = json.loads(content)
    return answer


def _send(pages: SignInPages, transport: Transport, endpoint: str, body: bytes) -> tuple[int, bytes]:
    try:
        answer = transport("POST", f"{pages.url}/oauth2/{endpoint}", _FORM, body)
    except NoAnswerError as error:
        raise CliError(
            f"{urlsplit(pages.url).netloc}, where you sign in, doesn't answer ({error}).", hint="Check the network."
        ) from error
    return answer.status, answer.body
