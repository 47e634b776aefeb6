"""Staff who sign in: their users, their authenticator apps, and the sign-in pages by HTTP or in a browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any

from deadlines import wait_until

from rollcall_local.desk_users import STEP_S, totp

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import DeployedStack
    from playwright.sync_api import Page

SCOPES = "openid rollcall/staff"


@dataclass(frozen=True, slots=True)
class SignIn:
    """Where people sign in. redirect_uri: the app that they come from and go back to."""

    url: str
    user_pool_id: str
    client_id: str
    redirect_uri: str


@dataclass(slots=True)
class StaffUser:
    """A person with a password and, once they signed in, an authenticator app.

    key: the app's, in base 32. browser: the session cookie of the sign-in pages.
    """

    name: str
    password: str
    key: str | None = None
    browser: str = ""
    _used: set[int] = field(default_factory=set)

    def code(self) -> str:
        """Return what the app shows: this half minute's code or, once that was used, the next one's."""
        assert self.key is not None
        step = wait_until(self._unused_step, what="a code that was not used yet")
        self._used.add(step)
        return totp(self.key, step)

    def _unused_step(self) -> int | None:
        now = int(time.time() // STEP_S)
        return next((step for step in (now, now + 1) if step not in self._used), None)


def sign_in_of(stack: DeployedStack) -> SignIn:
    """Return where the staff of the tests' stack sign in, as the stack describes itself."""
    secret = stack.client("secretsmanager").get_secret_value(SecretId=f"rollcall/{stack.workspace.stack}")
    desk = json.loads(secret["SecretString"])["desk"]
    return SignIn(desk["sign_in_url"], desk["user_pool_id"], desk["client_id"], f"{stack.site_url}/desk/")


def create_user(cognito: Any, place: SignIn, group: str | None) -> StaffUser:
    """Create a person of a group, with a password that they chose. group: managers, readers or None."""
    user = StaffUser(f"{uuid.uuid4().hex[:12]}@academy.example", secrets.token_urlsafe(18) + "aA1!")
    at = {"UserPoolId": place.user_pool_id, "Username": user.name}
    address = {"Name": "email", "Value": user.name}
    cognito.admin_create_user(**at, MessageAction="SUPPRESS", UserAttributes=[address])
    cognito.admin_set_user_password(**at, Password=user.password, Permanent=True)
    if group:
        cognito.admin_add_user_to_group(**at, GroupName=group)
    return user


def staff_user(stack: DeployedStack, group: str | None = "managers") -> StaffUser:
    """Create a person who may sign in to the tests' stack."""
    return create_user(stack.client("cognito-idp"), sign_in_of(stack), group)


def staff_token(stack: DeployedStack, user: StaffUser | None = None, group: str | None = "managers") -> str:
    """Return a new access token for the staff API; without a user, of a new one of this group."""
    return tokens(sign_in_of(stack), user or staff_user(stack, group))["access_token"]


def claims_of(token: str) -> dict[str, Any]:
    """Return what a token says, unchecked."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def tokens(place: SignIn, user: StaffUser, scope: str = SCOPES) -> dict[str, str]:
    """Sign in through the real pages, by HTTP, and return the tokens."""
    verifier = secrets.token_urlsafe(48)
    code = code_from(walk(place, user, authorize_query(place, verifier, scope=scope)))
    answer = ask_tokens(place, grant_type="authorization_code", code=code, code_verifier=verifier)
    assert answer.status == 200, answer.body
    made: dict[str, str] = json.loads(answer.body)
    return made


def authorize_query(place: SignIn, verifier: str = "", **more: str) -> dict[str, str]:
    """Return what an app asks of the sign-in pages; with a verifier, by PKCE."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    proof = {"code_challenge": digest, "code_challenge_method": "S256"} if verifier else {}
    asked = {"client_id": place.client_id, "redirect_uri": place.redirect_uri, "response_type": "code"}
    return asked | {"scope": SCOPES, "state": "the-state"} | proof | more


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a sign-in page answered."""

    status: int
    headers: Mapping[str, str]
    body: str

    @property
    def fields(self) -> dict[str, str]:
        """The hidden fields of its form."""
        found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', self.body)
        return {name: html.unescape(value) for name, value in found}

    @property
    def key(self) -> str | None:
        """The key of the authenticator app that is to be set up."""
        shown = re.search(r'id="secret">([A-Z2-7]+)<', self.body)
        return shown[1] if shown else None


def walk(place: SignIn, user: StaffUser, query: Mapping[str, str]) -> PageAnswer:
    """Fill in the pages one after another, and return the redirect to the app."""
    page = ask_page(f"{place.url}/oauth2/authorize?{urllib.parse.urlencode(query)}")
    page = ask_page(f"{place.url}/login", page.fields | {"username": user.name, "password": user.password})
    return enter_code(place, user, page)


def enter_code(place: SignIn, user: StaffUser, page: PageAnswer) -> PageAnswer:
    """Fill in the page for the code and return what follows; if it shows a key, set up the app first."""
    user.key = page.key or user.key
    answer = ask_page(f"{place.url}/login", page.fields | {"code": user.code()})
    user.browser = SimpleCookie(answer.headers.get("Set-Cookie", "")).output(attrs=[], header="").strip()
    return answer


def password_page(place: SignIn, user: StaffUser) -> PageAnswer:
    """Fill in the name and the password, and return what follows."""
    page = ask_page(f"{place.url}/oauth2/authorize?{urllib.parse.urlencode(authorize_query(place, 'v' * 43))}")
    return ask_page(f"{place.url}/login", page.fields | {"username": user.name, "password": user.password})


def choose_password(place: SignIn, user: StaffUser, page: PageAnswer, chosen: str) -> PageAnswer:
    """Fill in the page that asks an invited person for a password of their own, and return what follows."""
    user.password = chosen
    return ask_page(f"{place.url}/login", page.fields | {"new_password": chosen, "confirm_password": chosen})


def code_from(answer: PageAnswer) -> str:
    """Return the code with which the pages lead back to the app."""
    assert answer.status == 302, answer.body
    return urllib.parse.parse_qs(urllib.parse.urlsplit(answer.headers["Location"]).query)["code"][0]


def ask_tokens(place: SignIn, **form: str) -> PageAnswer:
    """Ask the token endpoint as the app's client."""
    asked = {"client_id": place.client_id, "redirect_uri": place.redirect_uri} | form
    return ask_page(f"{place.url}/oauth2/token", asked)


class _KeepRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


def ask_page(url: str, form: Mapping[str, str] | None = None, **headers: str) -> PageAnswer:
    """Get a page, or send it a form."""
    body = None if form is None else urllib.parse.urlencode(form).encode()
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - the stack's own addresses
    try:
        with urllib.request.build_opener(_KeepRedirects).open(request, timeout=30) as answer:
            return PageAnswer(answer.status, answer.headers, answer.read().decode())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return PageAnswer(refusal.code, refusal.headers, refusal.read().decode())


def sign_in(page: Page, user: StaffUser) -> None:
    """Fill in the sign-in pages in a browser that was led to them, up to the way back to the app."""
    page.get_by_label("Username").fill(user.name)
    page.get_by_label("Password").fill(user.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_label("Code from your authenticator app").wait_for()
    shown = page.locator("#secret")
    if shown.count():
        user.key = shown.inner_text()
    page.get_by_label("Code from your authenticator app").fill(user.code())
    page.get_by_role("button", name="Sign in", exact=True).click()
