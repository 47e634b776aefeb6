"""Makes ministack's Cognito sign people in as AWS does: with an authenticator app, and once an hour in a browser.

bridged_ministack.py loads it in the emulator's own interpreter. ministack serves the pages for the
password and gives the tokens; what it lacks is here.
"""

# ruff: noqa: SLF001 - ministack has no hooks for this; its version is locked

from __future__ import annotations

import base64
import html
import http.cookies
import re
import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from ministack.services import cognito

from rollcall_local.bridged_refresh import error, read_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rollcall_local.bridged_refresh import Answer

#: How long a page waits for the code: an app client's AuthSessionValidity, which is three minutes by default.
PAGE_S = 180

#: The cookie of a browser that signed in, and how long it spares its user the password.
COOKIE = "cognito"
SESSION_S = 3600

#: A code is good for its half minute, and for the one before and after.
STEP_S = 30
DRIFT = (-1, 0, 1)


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that lacks only its code. enrolling: the new key, of a user who has no authenticator app yet."""

    redirect: tuple[Any, ...]
    pool_id: str
    username: str
    enrolling: str | None
    expires_at: float


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that signed in."""

    pool_id: str
    username: str
    began_at: float


_pending: dict[str, Pending] = {}
_sessions: dict[str, Session] = {}
_used_steps: dict[str, set[int]] = {}


def accept_each_code_once() -> None:
    """Make ministack refuse a code of an authenticator app that was already used.

    Source: RFC 6238, 5.2. Cognito answers "Your software token has already been used once".
    """

    def matches(key: str, code: object) -> bool:
        now, used = int(time.time() // STEP_S), _used_steps.setdefault(key, set())
        for offset in DRIFT:
            if key and now + offset not in used and secrets.compare_digest(cognito._totp_code(key, offset), str(code)):
                used.add(now + offset)
                return True
        return False

    cognito._totp_matches = matches


def ask_for_the_code() -> None:
    """Make the pages ask for an authenticator app's code after the password, or first set up the app.

    Source: Developer Guide, "TOTP software token MFA": where MFA is required, managed login has a
    user without an app set one up at the first sign-in.
    https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa-totp.html
    """
    issue, submit = cognito._issue_auth_code_redirect, cognito.handle_login_submit

    def asked(client_id: str, pool_id: str, *rest: str) -> Answer:
        redirect, username = (client_id, pool_id, *rest), rest[2]
        pool = cognito._get_pool_unscoped(pool_id)
        user, rule = pool["_users"][username], pool.get("MfaConfiguration", "OFF")
        if rule != "ON" and (rule == "OFF" or "SOFTWARE_TOKEN_MFA" not in user.get("_mfa_enabled", [])):
            return signed_in(issue(*redirect), pool_id, username)
        # Where MFA is required, AWS lets nobody turn it off for one user: github.com/aws-amplify/amplify-js/issues/4722
        has_app = "_totp_secret" in user
        key = None if has_app else base64.b32encode(secrets.token_bytes(20)).decode()
        token = secrets.token_urlsafe(24)
        _pending[token] = Pending(redirect, pool_id, username, key, time.time() + PAGE_S)
        return code_page(token, _pending[token])

    def submitted(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Answer:
        form = read_form(body)
        if "mfa_token" not in form:
            answer: Answer = submit(method, path, headers, body, query)
            return answer
        pending = _pending.get(form["mfa_token"])
        if pending is None or pending.expires_at < time.time():
            return error("invalid_request", "Session has expired. Please sign in again.")
        user = cognito._get_pool_unscoped(pending.pool_id)["_users"][pending.username]
        if not cognito._totp_matches(pending.enrolling or user["_totp_secret"], form.get("code", "").strip()):
            return code_page(form["mfa_token"], pending, "The code is wrong or was used before. Try the next one.")
        del _pending[form["mfa_token"]]
        if pending.enrolling:
            user |= {
                "_totp_secret": pending.enrolling,
                "_mfa_enabled": ["SOFTWARE_TOKEN_MFA"],
                "_preferred_mfa": "SOFTWARE_TOKEN_MFA",
            }
        return signed_in(issue(*pending.redirect), pending.pool_id, pending.username)

    cognito._issue_auth_code_redirect, cognito.handle_login_submit = asked, submitted


def code_page(token: str, pending: Pending, problem: str = "") -> Answer:
    """Return the page that asks for the code; for a new app, with its key as text and as a link."""
    heading, setup = "Enter the code", ""
    if pending.enrolling:
        heading = "Set up an authenticator app"
        label = quote(f"{pending.pool_id}:{pending.username}", safe="")
        link = f"otpauth://totp/{label}?{urlencode({'secret': pending.enrolling, 'issuer': pending.pool_id})}"
        setup = (
            f'<p>Add this key to your app: <code id="secret">{pending.enrolling}</code></p>'
            f'<p><a id="otpauth" href="{html.escape(link)}">Open in an authenticator app</a></p><br>'
        )
    alert = f'<div class="error" role="alert">{html.escape(problem)}</div>' if problem else ""
    page: str = cognito._page_shell(
        heading,
        heading,
        f"""{alert}{setup}
<form method="POST" action="/login">
<input type="hidden" name="mfa_token" value="{token}">
<label for="code">Code from your authenticator app</label>
<input type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<button type="submit">Sign in</button>
</form>""",
    )
    return 200, {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}, page.encode()


def remember_the_browser() -> None:
    """Make a browser that signed in offer to go on as the same user for an hour, until it visits /logout.

    Source: https://repost.aws/knowledge-center/cognito-logout-endpoint-globalsignoutapi, and
    Developer Guide, "The managed login sign-out endpoint".
    https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
    """
    authorize, issue = cognito.handle_oauth2_authorize, cognito._issue_auth_code_redirect
    submit, logout = cognito.handle_login_submit, cognito.handle_logout

    def authorized(method: str, path: str, headers: dict[str, str], query: dict[str, Any]) -> Answer:
        status, sent, body = authorize(method, path, headers, query)
        username = known_user(headers, cognito._qp(query, "client_id")) if status == HTTPStatus.OK else None
        return status, sent, offer(body.decode(), username).encode() if username else body

    def submitted(method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]) -> Answer:
        form = read_form(body)
        client_id = form.get("client_id", "")
        username = known_user(headers, client_id) if "continue" in form else None
        if username is None:
            answer: Answer = submit(method, path, headers, body, query)
            return answer
        pool_id = cognito._find_pool_by_client_id(client_id)[0]
        rest = (form.get(name, "") for name in ("nonce", "code_challenge", "code_challenge_method", "state"))
        redirect = issue(client_id, pool_id, form["redirect_uri"], form.get("scope", ""), username, *rest)
        return signed_in(redirect, pool_id, username)

    def logged_out(method: str, path: str, headers: dict[str, str], query: dict[str, Any]) -> Answer:
        uri = cognito._qp(query, "logout_uri")
        client = cognito._find_pool_by_client_id(cognito._qp(query, "client_id"))[2]
        if client and uri not in (client.get("LogoutURLs") or []):
            return error("invalid_request", f"logout_uri is not allowed: {uri}")
        _sessions.pop(cookie(headers), None)
        status, sent, body = logout(method, path, headers, query)
        return status, sent | set_cookie("", 0), body

    cognito.handle_oauth2_authorize, cognito.handle_logout = authorized, logged_out
    cognito.handle_login_submit = submitted


def offer(page: str, username: str) -> str:
    """Return the sign-in page with a button that goes on as a user who signed in before."""
    asked = "".join(re.findall(r'<input type="hidden"[^>]*>', page))
    button = f'<button type="submit" name="continue" value="yes">Sign in as {html.escape(username)}</button>'
    return page.replace("<form", f'<form method="POST" action="/login">{asked}{button}</form><form', 1)


def signed_in(answer: Answer, pool_id: str, username: str) -> Answer:
    """Return the redirect to the app, with the cookie of a new session."""
    status, headers, body = answer
    if status != HTTPStatus.FOUND:
        return answer
    token = secrets.token_urlsafe(24)
    _sessions[token] = Session(pool_id, username, time.time())
    return status, headers | set_cookie(token, SESSION_S), body


def known_user(headers: Mapping[str, str], client_id: str) -> str | None:
    """Return who signed in with this browser in the last hour, if they still may."""
    session = _sessions.get(cookie(headers))
    pool_id, pool, _ = cognito._find_pool_by_client_id(client_id)
    if session is None or session.pool_id != pool_id or session.began_at + SESSION_S < time.time():
        return None
    user = pool["_users"].get(session.username)
    valid = user and user.get("Enabled", True) and user.get("_signout_at", 0) < session.began_at
    return session.username if valid else None


def set_cookie(token: str, age_s: int) -> dict[str, str]:
    """Return the header that gives a browser its session, or takes it away."""
    return {"Set-Cookie": f"{COOKIE}={token}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax"}


def cookie(headers: Mapping[str, str]) -> str:
    """Return the session that a browser claims, or nothing."""
    morsel = http.cookies.SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    return morsel.value if morsel else ""
