"""User pools like the one in infra/terraform, for tests of the sign-in without a stack."""

from __future__ import annotations

import uuid
from typing import Any

from sign_in import SignIn

APP = "http://localhost:8080/desk/"

CHARACTERS = ("Lowercase", "Uppercase", "Numbers", "Symbols")


def new_pool(cognito: Any, url: str) -> SignIn:
    """Create a pool with its groups, scope and client. url: the sign-in pages' address."""
    pool = cognito.create_user_pool(
        PoolName=f"staff-{uuid.uuid4().hex[:8]}",
        MfaConfiguration="ON",
        Policies={"PasswordPolicy": {"MinimumLength": 12} | {f"Require{each}": False for each in CHARACTERS}},
        AdminCreateUserConfig={
            "AllowAdminCreateUserOnly": True,
            "InviteMessageTemplate": {"EmailSubject": "First password", "EmailMessage": "{username} {####}"},
        },
    )["UserPool"]["Id"]
    for group in ("managers", "readers"):
        cognito.create_group(UserPoolId=pool, GroupName=group)
    scope = {"ScopeName": "staff", "ScopeDescription": "Use the staff API."}
    cognito.create_resource_server(UserPoolId=pool, Identifier="rollcall", Name="Rollcall", Scopes=[scope])
    return SignIn(url, pool, new_client(cognito, pool), APP)


def new_client(cognito: Any, pool: str, *, refresh_s: int = 3600) -> str:
    """Create a client like the desk's. refresh_s: how long its refresh tokens are good."""
    made = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="desk",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "rollcall/staff"],
        CallbackURLs=[APP],
        LogoutURLs=[APP],
        AccessTokenValidity=10,
        RefreshTokenValidity=refresh_s,
        TokenValidityUnits={"AccessToken": "minutes", "RefreshToken": "seconds"},
    )
    return str(made["UserPoolClient"]["ClientId"])
