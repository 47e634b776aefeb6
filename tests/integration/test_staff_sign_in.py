"""Who gets through to the staff API with a sign-in, and what everybody else is told, over HTTP."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from contract.pools import new_pool
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from integration.api_requests import Answer, ask
from sign_in import (
    SignIn,
    ask_page,
    ask_tokens,
    claims_of,
    create_user,
    sign_in_of,
    staff_token,
    staff_user,
    tokens,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conftest import DeployedStack

pytestmark = pytest.mark.needs("sign-in pages")

#: What a refusal may say; whatever it concerns stays unsaid.
SAID = {"type", "title", "status", "code", "detail", "request_id", "requestId"}

ME = "/staff/me"


def call(stack: DeployedStack, token: str | None, path: str = ME, *, method: str = "GET", body: Any = None) -> Answer:
    """Call the staff API as the desk does."""
    headers = {"Origin": stack.site_url, "Content-Type": "application/json"}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    content = None if body is None else json.dumps(body).encode()
    return ask(f"{stack.api_url}{path}", content, method=method, headers=headers)


@pytest.fixture(scope="module")
def place(deployed: DeployedStack) -> SignIn:
    return sign_in_of(deployed)


@pytest.fixture(scope="module")
def good(deployed: DeployedStack) -> dict[str, str]:
    """A manager's tokens."""
    return tokens(sign_in_of(deployed), staff_user(deployed, "managers"))


class Forger:
    """Makes tokens as the pool would, with its own key: the emulator keeps that in a file."""

    def __init__(self, stack: DeployedStack, place: SignIn) -> None:
        folder = stack.workspace.state / "emulator" / "state" / "cognito-pool-keys"
        self._key: Any = load_pem_private_key((folder / f"{place.user_pool_id}-access.pem").read_bytes(), None)

    def resigned(self, token: str, **changes: Any) -> str:
        """Return the token with other claims and the pool's valid signature."""
        content = f"{token.split('.', maxsplit=1)[0]}.{encoded(json.dumps(claims_of(token) | changes).encode())}"
        return f"{content}.{encoded(self._key.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def signed_with_the_public_key(self, token: str) -> str:
        """Return the token signed by HMAC, with the pool's public key as the secret: a well-known confusion."""
        public = self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        content = f"{with_header(token, alg='HS256')}.{token.split('.')[1]}"
        return f"{content}.{encoded(hmac.digest(public, content.encode(), hashlib.sha256))}"


@pytest.fixture(scope="module")
def forger(deployed: DeployedStack, place: SignIn, good: dict[str, str]) -> Forger:
    del good  # the pool makes its key for the first token
    return Forger(deployed, place)


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def with_header(token: str, **changes: str) -> str:
    head = token.split(".", maxsplit=1)[0]
    return encoded(json.dumps(json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))) | changes).encode())


def ensure_refused(answer: Answer, stack: DeployedStack, *statuses: HTTPStatus) -> None:
    """Fail unless an answer refuses, tells nothing else, and can be read by the desk's script."""
    assert answer.status in statuses, answer.body
    assert answer.json.keys() <= SAID, answer.body
    assert answer.json["detail"]
    assert "@" not in answer.body
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert answer.headers["Access-Control-Allow-Origin"] in ("*", stack.site_url)


def test_manager__gets_through(stack: DeployedStack, place: SignIn) -> None:
    """The API knows who they are by their address, and what they may do."""
    user = staff_user(stack, "managers")
    answer = call(stack, tokens(place, user)["access_token"])
    assert answer.status == HTTPStatus.OK, answer.body
    assert (answer.json["name"], answer.json["role"]) == (user.name, "manager")
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", [ME, "/staff/submissions/reg_0", "/staff/quotas/registration/first-robot", "/staff/"])
def test_anonymous__is_refused_everywhere(stack: DeployedStack, path: str, method: str) -> None:
    """Whether there is something at the address isn't said either."""
    body = None if method == "GET" else {}
    answer = call(stack, None, path, method=method, body=body)
    expected = (HTTPStatus.UNAUTHORIZED,) if path != "/staff/" else (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
    ensure_refused(answer, stack, *expected)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "null"])
def test_nonsense__is_refused(stack: DeployedStack, token: str) -> None:
    ensure_refused(call(stack, token), stack, HTTPStatus.UNAUTHORIZED)


def test_expired_token__is_refused(stack: DeployedStack, good: dict[str, str], forger: Forger) -> None:
    """Made with the pool's own key, so that nothing but the time is wrong; with more time it is taken."""
    now = int(time.time())
    ensure_refused(call(stack, forger.resigned(good["access_token"], exp=now - 1)), stack, HTTPStatus.UNAUTHORIZED)
    assert call(stack, forger.resigned(good["access_token"], exp=now + 60)).status == HTTPStatus.OK


def test_another_pools_token__is_refused(stack: DeployedStack) -> None:
    """A pool of the same account, with the same groups, scope and names."""
    cognito = stack.client("cognito-idp")
    elsewhere = new_pool(cognito, stack.endpoint_url)
    theirs = tokens(elsewhere, create_user(cognito, elsewhere, "managers"))["access_token"]
    ensure_refused(call(stack, theirs), stack, HTTPStatus.UNAUTHORIZED)


def test_another_clients_token__is_refused(stack: DeployedStack, good: dict[str, str], place: SignIn) -> None:
    """A second app of the same pool may not use the staff API, though the gateway can't tell."""
    cognito = stack.client("cognito-idp")
    described = cognito.describe_user_pool_client(UserPoolId=place.user_pool_id, ClientId=place.client_id)
    settings = {
        name: value
        for name, value in described["UserPoolClient"].items()
        if value and name not in {"ClientId", "CreationDate", "LastModifiedDate"}
    }
    other = cognito.create_user_pool_client(**settings | {"ClientName": "another"})["UserPoolClient"]["ClientId"]
    theirs = tokens(replace(place, client_id=other), staff_user(stack, "managers"))["access_token"]
    assert claims_of(theirs).keys() == claims_of(good["access_token"]).keys()
    ensure_refused(call(stack, theirs), stack, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    cognito.delete_user_pool_client(UserPoolId=place.user_pool_id, ClientId=other)


def test_forged_token__is_refused(stack: DeployedStack, good: dict[str, str], forger: Forger) -> None:
    """Without a signature, with one of another kind, with the signature of other claims."""
    token = good["access_token"]
    head, payload, signature = token.split(".")
    raised = encoded(json.dumps(claims_of(token) | {"username": "someone@else.example"}).encode())
    forged = {
        "alg none": f"{with_header(token, alg='none')}.{payload}.",
        "alg none, signed": f"{with_header(token, alg='none')}.{payload}.{signature}",
        "alg HS256": forger.signed_with_the_public_key(token),
        "other claims": f"{head}.{raised}.{signature}",
        "other key": f"{with_header(token, kid='another')}.{payload}.{signature}",
        "no signature": f"{head}.{payload}.",
    }
    for each in forged.values():
        ensure_refused(call(stack, each), stack, HTTPStatus.UNAUTHORIZED)


def test_id_token__is_refused(stack: DeployedStack, good: dict[str, str]) -> None:
    """It says who someone is, not what they may do."""
    ensure_refused(call(stack, good["id_token"]), stack, HTTPStatus.UNAUTHORIZED)


def test_token_without_the_scope__is_refused(stack: DeployedStack, place: SignIn) -> None:
    """A manager whose app asked for less gets less."""
    less = tokens(place, staff_user(stack, "managers"), scope="openid")["access_token"]
    ensure_refused(call(stack, less), stack, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def test_reader__may_look_and_change_nothing(stack: DeployedStack) -> None:
    """Each kind of change is refused before anything is looked up."""
    token = staff_token(stack, group="readers")
    assert call(stack, token).json["role"] == "reader"
    for method, path in CHANGES:
        answer = call(stack, token, path, method=method, body={})
        ensure_refused(answer, stack, HTTPStatus.FORBIDDEN)
        assert answer.json["code"] == "readers_only_read"


CHANGES: Mapping[str, str] | tuple[tuple[str, str], ...] = (
    ("PATCH", "/staff/submissions/reg_0/answers"),
    ("POST", "/staff/submissions/reg_0/actions"),
    ("PUT", "/staff/submissions/reg_0/labels/paid"),
    ("DELETE", "/staff/submissions/reg_0/labels/paid"),
    ("POST", "/staff/submissions/reg_0/notes"),
    ("DELETE", "/staff/submissions/reg_0/notes/1"),
    ("PUT", "/staff/submissions/reg_0/check-ins/2027-03-06"),
    ("DELETE", "/staff/submissions/reg_0/check-ins/2027-03-06"),
    ("POST", "/staff/submissions/reg_0/mails"),
    ("PUT", "/staff/quotas/registration/first-robot"),
)


def test_person_of_both_groups__is_a_manager(stack: DeployedStack, place: SignIn) -> None:
    """However the gateway writes several groups into one claim."""
    user = staff_user(stack, "readers")
    at = {"UserPoolId": place.user_pool_id, "Username": user.name}
    stack.client("cognito-idp").admin_add_user_to_group(**at, GroupName="managers")
    assert call(stack, tokens(place, user)["access_token"]).json["role"] == "manager"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_person_of_no_group__may_do_nothing(stack: DeployedStack, method: str) -> None:
    """An invitation without a role opens nothing."""
    token = staff_token(stack, group=None)
    body = None if method == "GET" else {}
    ensure_refused(call(stack, token, "/staff/submissions", method=method, body=body), stack, HTTPStatus.FORBIDDEN)


@pytest.mark.parametrize("action", ["admin_disable_user", "admin_user_global_sign_out", "sign out"])
def test_refresh__ends_with_the_sign_in(stack: DeployedStack, place: SignIn, action: str) -> None:
    """Who was disabled or signed out gets no new access token; an old one lasts ten minutes at most."""
    user = staff_user(stack, "managers")
    made = tokens(place, user)
    claims = claims_of(made["access_token"])
    assert claims["exp"] - claims["iat"] <= 600
    refresh = {"grant_type": "refresh_token", "refresh_token": made["refresh_token"]}
    assert ask_tokens(place, **refresh).status == HTTPStatus.OK
    if action == "sign out":
        asked = {"client_id": place.client_id, "token": made["refresh_token"]}
        assert ask_page(f"{place.url}/oauth2/revoke", asked).status == HTTPStatus.OK
    else:
        getattr(stack.client("cognito-idp"), action)(UserPoolId=place.user_pool_id, Username=user.name)
    refused = ask_tokens(place, **refresh)
    assert (refused.status, json.loads(refused.body)["error"]) == (HTTPStatus.BAD_REQUEST, "invalid_grant")


def test_preflight__needs_no_sign_in(stack: DeployedStack) -> None:
    """A browser asks without a token first, and learns what the desk may send."""
    asked = {"Origin": stack.site_url, "Access-Control-Request-Method": "PATCH"}
    answer = ask(f"{stack.api_url}{ME}", None, method="OPTIONS", headers=asked)
    assert answer.status == HTTPStatus.NO_CONTENT
    assert "PATCH" in answer.headers["Access-Control-Allow-Methods"]
    assert {"Authorization", "If-Match"} <= set(answer.headers["Access-Control-Allow-Headers"].split(","))
