"""The emulator signs staff in as Cognito does: what tests of the desk and of the staff API stand on."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from conftest import wait_until
from contract.pools import APP, new_client, new_pool
from sign_in import (
    SignIn,
    StaffUser,
    ask_page,
    ask_tokens,
    authorize_query,
    choose_password,
    claims_of,
    code_from,
    create_user,
    enter_code,
    password_page,
    tokens,
    walk,
)

from rollcall_local.credentials import client
from rollcall_local.desk_users import desk_users, make_desk_users

if TYPE_CHECKING:
    from rollcall_local.paths import Workspace

pytestmark = pytest.mark.needs("sign-in pages")


@pytest.fixture(scope="module")
def cognito(bare_emulator: Workspace) -> Any:
    return client("cognito-idp", bare_emulator)


@pytest.fixture(scope="module")
def place(bare_emulator: Workspace, cognito: Any) -> SignIn:
    """Where people sign in to a pool like the one in infra/terraform."""
    return new_pool(cognito, bare_emulator.endpoint_url)


@pytest.fixture
def user(cognito: Any, place: SignIn) -> StaffUser:
    return create_user(cognito, place, "managers")


def test_sign_in__sets_up_the_app_first_then_asks_its_code(place: SignIn, user: StaffUser) -> None:
    """The first sign-in shows a key as text and as a link for the app; later ones ask only for the code."""
    first = password_page(place, user)
    assert first.key is not None
    assert f"otpauth://totp/{place.user_pool_id}%3A{user.name.replace('@', '%40')}?secret={first.key}" in first.body
    assert code_from(enter_code(place, user, first))
    second = password_page(place, user)
    assert second.key is None
    assert code_from(enter_code(place, user, second))


def test_sign_in__asks_again_after_a_wrong_code(place: SignIn, user: StaffUser) -> None:
    """A wrong code leads nowhere, and the same page takes the right one afterwards, with the same key."""
    page = password_page(place, user)
    again = ask_page(f"{place.url}/login", page.fields | {"code": "000000"})
    assert (again.status, again.key) == (200, page.key)
    assert "The code is wrong" in again.body
    assert code_from(enter_code(place, user, again))


def test_sign_in__refuses_a_code_that_was_used(place: SignIn, user: StaffUser) -> None:
    """Whoever looks over a shoulder can't use the code that they see."""
    page = password_page(place, user)
    user.key = page.key
    code = user.code()
    assert ask_page(f"{place.url}/login", page.fields | {"code": code}).status == 302
    refused = ask_page(f"{place.url}/login", password_page(place, user).fields | {"code": code})
    assert refused.status == 200
    assert "was used before" in refused.body


def test_sign_in__asks_an_invited_user_for_a_password_first(cognito: Any, place: SignIn) -> None:
    """A person with a first password chooses their own, and then sets up the app."""
    user = StaffUser(f"{uuid.uuid4().hex}@academy.example", "first-Password-1!")
    at = {"UserPoolId": place.user_pool_id, "Username": user.name}
    cognito.admin_create_user(**at, MessageAction="SUPPRESS", TemporaryPassword=user.password)
    page = password_page(place, user)
    assert "new_password" in page.body
    page = choose_password(place, user, page, "my-own-Password-2!")
    assert page.key is not None
    assert code_from(enter_code(place, user, page))


def test_tokens__name_the_person_the_groups_and_the_scope(place: SignIn, user: StaffUser) -> None:
    """The access token says who may do what; the ID token has no scope, so it opens no API that asks for one."""
    made = tokens(place, user)
    access, identity = claims_of(made["access_token"]), claims_of(made["id_token"])
    assert access["token_use"] == "access"
    assert access["client_id"] == place.client_id
    assert access["username"] == user.name
    assert access["cognito:groups"] == ["managers"]
    assert set(access["scope"].split()) == {"openid", "rollcall/staff"}
    assert access["exp"] - access["iat"] == 600
    assert identity["token_use"] == "id"
    assert "scope" not in identity


def test_tokens__need_the_verifier_of_who_asked(place: SignIn, user: StaffUser) -> None:
    """A stolen code is worth nothing: PKCE asks for what only the page that began knows, and a code works once."""
    verifier = secrets.token_urlsafe(48)
    code = code_from(walk(place, user, authorize_query(place, verifier)))
    asked = {"grant_type": "authorization_code", "code": code}
    for wrong in ({}, {"code_verifier": secrets.token_urlsafe(48)}):
        assert refusal(ask_tokens(place, **asked, **wrong)) == (400, "invalid_grant")
    assert ask_tokens(place, **asked, code_verifier=verifier).status == 200
    assert refusal(ask_tokens(place, **asked, code_verifier=verifier)) == (400, "invalid_grant")


def test_refresh__follows_the_groups_until_it_is_revoked(cognito: Any, place: SignIn, user: StaffUser) -> None:
    """A new access token has today's groups. After sign-out the refresh token is worth nothing."""
    made = tokens(place, user)
    at = {"UserPoolId": place.user_pool_id, "Username": user.name}
    cognito.admin_add_user_to_group(**at, GroupName="readers")
    cognito.admin_remove_user_from_group(**at, GroupName="managers")
    fresh = json.loads(refresh(place, made).body)
    assert claims_of(fresh["access_token"])["cognito:groups"] == ["readers"]
    assert "rollcall/staff" in claims_of(fresh["access_token"])["scope"].split()
    for token, problem in ((made["access_token"], "unsupported_token_type"), ("", "invalid_request")):
        assert refusal(revoke(place, token)) == (400, problem)
    revoked = revoke(place, made["refresh_token"])
    assert (revoked.status, revoked.body) == (200, "")
    assert refusal(refresh(place, made)) == (400, "invalid_grant")


def test_refresh__is_refused_to_others_and_after_its_time(cognito: Any, place: SignIn, user: StaffUser) -> None:
    """Another client can neither use nor revoke it, and an expired one gives nothing."""
    other = replace(place, client_id=new_client(cognito, place.user_pool_id))
    made = tokens(place, user)
    assert refusal(refresh(other, made)) == (400, "invalid_grant")
    assert refusal(revoke(other, made["refresh_token"])) == (400, "invalid_request")
    assert refresh(place, made).status == 200
    hasty = replace(place, client_id=new_client(cognito, place.user_pool_id, refresh_s=1))
    short = tokens(hasty, user)
    wait_until(lambda: refusal(refresh(hasty, short)) == (400, "invalid_grant"), what="an expired refresh token")


@pytest.mark.parametrize("action", ["admin_disable_user", "admin_user_global_sign_out"])
def test_refresh__is_refused_once_staff_are_out(cognito: Any, place: SignIn, user: StaffUser, action: str) -> None:
    """Who was disabled or signed out everywhere gets no new token."""
    made = tokens(place, user)
    getattr(cognito, action)(UserPoolId=place.user_pool_id, Username=user.name)
    assert refusal(refresh(place, made)) == (400, "invalid_grant")


def test_browser__goes_on_as_the_same_user_until_logout(place: SignIn, user: StaffUser) -> None:
    """A browser that signed in needs no password for an hour; after /logout it does."""
    walk(place, user, authorize_query(place, "v" * 43))
    authorize = f"{place.url}/oauth2/authorize?{urlencode(authorize_query(place, 'v' * 43))}"
    page = ask_page(authorize, Cookie=user.browser)
    assert f"Sign in as {user.name}" in page.body
    offered = ask_page(f"{place.url}/login", page.fields | {"continue": "yes"}, Cookie=user.browser)
    code = code_from(offered)
    assert ask_tokens(place, grant_type="authorization_code", code=code, code_verifier="v" * 43).status == 200
    elsewhere = {"client_id": place.client_id, "logout_uri": "http://localhost:9/"}
    assert ask_page(f"{place.url}/logout?{urlencode(elsewhere)}", Cookie=user.browser).status == 400
    left = ask_page(f"{place.url}/logout?{urlencode(elsewhere | {'logout_uri': APP})}", Cookie=user.browser)
    assert (left.status, left.headers["Location"]) == (302, APP)
    assert "Sign in as" not in ask_page(authorize, Cookie=user.browser).body


@pytest.mark.parametrize(
    ("path", "problem"), [("/oauth2/token", "unsupported_grant_type"), ("/oauth2/revoke", "invalid_request")]
)
def test_endpoint__answers_pages_of_every_origin(place: SignIn, path: str, problem: str) -> None:
    """The desk's script reads what they answer, a refusal included."""
    answer = ask_page(f"{place.url}{path}", {"client_id": place.client_id}, Origin="http://localhost:8080")
    assert refusal(answer) == (400, problem)
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_local_users__sign_in_with_the_code_that_is_printed(
    bare_emulator: Workspace, cognito: Any, place: SignIn
) -> None:
    """`up` makes a manager and a reader once. It makes them again if they lack, or if the pool is another."""
    assert make_desk_users(bare_emulator, place.user_pool_id)
    assert not make_desk_users(bare_emulator, place.user_pool_id)
    manager, reader = desk_users(bare_emulator)
    for user, group in ((manager, "managers"), (reader, "readers")):
        made = tokens(place, StaffUser(user.name, user.password, user.key))
        assert claims_of(made["access_token"])["cognito:groups"] == [group]
    cognito.admin_delete_user(UserPoolId=place.user_pool_id, Username=manager.name)
    assert make_desk_users(bare_emulator, place.user_pool_id)
    again = desk_users(bare_emulator)
    assert again[0].key != manager.key
    assert again[1] == reader
    (bare_emulator.state / "desk.json").unlink()
    assert make_desk_users(bare_emulator, place.user_pool_id)
    assert tokens(
        place, StaffUser(reader.name, desk_users(bare_emulator)[1].password, desk_users(bare_emulator)[1].key)
    )
    assert not make_desk_users(bare_emulator, None)
    assert desk_users(bare_emulator) == []


def refresh(place: SignIn, made: dict[str, str]) -> Any:
    return ask_tokens(place, grant_type="refresh_token", refresh_token=made["refresh_token"])


def revoke(place: SignIn, token: str) -> Any:
    return ask_page(f"{place.url}/oauth2/revoke", {"client_id": place.client_id, "token": token})


def refusal(answer: Any) -> tuple[int, str]:
    return answer.status, json.loads(answer.body).get("error", "")
