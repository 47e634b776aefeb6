"""Who may sign in to the local desk: a manager and a reader, with passwords that only this machine knows."""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import struct
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rollcall_build.files import replace_file
from rollcall_local.credentials import client

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rollcall_local.paths import Workspace

GROUPS = {"manager": "managers", "reader": "readers"}
"""The roles, and Cognito's groups for them."""

STEP_S = 30
"""How long an authenticator app shows one code."""


@dataclass(frozen=True, slots=True)
class DeskUser:
    """A person of the local desk. key: the authenticator app's, in base 32."""

    name: str
    role: str
    password: str
    key: str

    def code(self, now: float) -> str:
        """Return what an authenticator app with the key shows at this moment, in seconds since 1970."""
        return totp(self.key, int(now // STEP_S))


def totp(key: str, step: int) -> str:
    """Return the code of a half minute, counted since 1970 (RFC 6238)."""
    mac = hmac.digest(base64.b32decode(key), struct.pack(">Q", step), "sha1")
    start = mac[-1] & 0x0F
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def desk_users(workspace: Workspace) -> Sequence[DeskUser]:
    """Return who may sign in, as of the last `up`; nobody if the system has no desk."""
    return [DeskUser(**each) for each in _read(workspace).get("users", ())]


def make_desk_users(workspace: Workspace, user_pool_id: str | None) -> bool:
    """Make the users in the pool that lack, and return whether any did. user_pool_id: None if there is no desk."""
    file = workspace.state / "desk.json"
    if user_pool_id is None:
        file.unlink(missing_ok=True)
        return False
    cognito = client("cognito-idp", workspace)
    present = {user["Username"] for user in cognito.list_users(UserPoolId=user_pool_id)["Users"]}
    stored = _read(workspace)
    known = {each["name"]: each for each in stored.get("users", ()) if stored["user_pool_id"] == user_pool_id}
    names = {f"{role}@desk.example": role for role in GROUPS}
    lacking = [name for name in names if name not in present or name not in known]
    for name in lacking:
        known[name] = asdict(_make(cognito, user_pool_id, name, names[name], again=name in present))
    if lacking:
        users = [known[name] for name in names]
        replace_file(file, json.dumps({"user_pool_id": user_pool_id, "users": users}), mode=0o600)
    return bool(lacking)


def _make(cognito: Any, user_pool_id: str, name: str, role: str, *, again: bool) -> DeskUser:  # noqa: ANN401 - boto3
    """Make one user, set up with an authenticator app of which only we know the key. again: replace an old one."""
    pool, user = {"UserPoolId": user_pool_id}, {"UserPoolId": user_pool_id, "Username": name}
    password = secrets.token_urlsafe(12)
    if again:
        cognito.admin_delete_user(**user)
    cognito.admin_create_user(**user, MessageAction="SUPPRESS", UserAttributes=[{"Name": "email", "Value": name}])
    cognito.admin_set_user_password(**user, Password=password, Permanent=True)
    cognito.admin_add_user_to_group(**user, GroupName=GROUPS[role])
    helper = cognito.create_user_pool_client(
        **pool, ClientName="set-up", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    )["UserPoolClient"]["ClientId"]
    try:
        token = cognito.admin_initiate_auth(
            **pool,
            ClientId=helper,
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": password},
        )["AuthenticationResult"]["AccessToken"]
        key = cognito.associate_software_token(AccessToken=token)["SecretCode"]
        # The last code proves the key. Each works once, so this leaves the current one to the user.
        last = totp(key, int(time.time() // STEP_S) - 1)
        cognito.verify_software_token(AccessToken=token, UserCode=last)
    finally:
        cognito.delete_user_pool_client(**pool, ClientId=helper)
    return DeskUser(name, role, password, key)


def _read(workspace: Workspace) -> dict[str, Any]:
    try:
        stored: dict[str, Any] = json.loads((workspace.state / "desk.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return stored
