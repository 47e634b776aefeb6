"""User pools and what belongs to them, at the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from harness import ProviderRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness import Harness

POOL: dict[str, Any] = {
    "name": "staff",
    "user_pool_tier": "LITE",
    "mfa_configuration": "ON",
    "software_token_mfa_configuration": [{"enabled": True}],
    "username_configuration": [{"case_sensitive": False}],
    "password_policy": [{"minimum_length": 12, "temporary_password_validity_days": 7}],
    "admin_create_user_config": [
        {
            "allow_admin_create_user_only": True,
            "invite_message_template": [
                {"email_subject": "Hello", "email_message": "{username} {####}", "sms_message": "{username} {####}"}
            ],
        }
    ],
    "account_recovery_setting": [{"recovery_mechanism": [{"name": "admin_only", "priority": 1}]}],
    "tags": {"Stack": "one"},
}


@pytest.fixture
def pool(tf: Harness) -> dict[str, Any]:
    """A pool for the parts under test."""
    return tf.apply("aws_cognito_user_pool", POOL)


def test_pool__arrives_updates_and_imports(tf: Harness, aws: Callable[[str], Any]) -> None:
    cognito = aws("cognito-idp")
    state = tf.apply("aws_cognito_user_pool", POOL)
    made = cognito.describe_user_pool(UserPoolId=state["id"])["UserPool"]
    assert made["UsernameConfiguration"] == {"CaseSensitive": False}
    assert made["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"]
    assert cognito.get_user_pool_mfa_config(UserPoolId=state["id"])["SoftwareTokenMfaConfiguration"] == {
        "Enabled": True
    }
    assert tf.changes("aws_cognito_user_pool", state, POOL) == set()
    assert tf.import_then_plan("aws_cognito_user_pool", state["id"], POOL) == set()

    other = POOL | {
        "deletion_protection": "ACTIVE",
        "mfa_configuration": "OPTIONAL",
        "password_policy": [{"minimum_length": 14, "temporary_password_validity_days": 3}],
        "tags": {"Part": "two"},
    }
    state = tf.apply("aws_cognito_user_pool", other, state)

    made = cognito.describe_user_pool(UserPoolId=state["id"])["UserPool"]
    assert (made["DeletionProtection"], made["MfaConfiguration"]) == ("ACTIVE", "OPTIONAL")
    assert made["Policies"]["PasswordPolicy"]["MinimumLength"] == 14
    assert made["UserPoolTags"] == {"Part": "two"}
    assert tf.changes("aws_cognito_user_pool", state, other) == set()

    with pytest.raises(ProviderRefusedError, match="deletion protection"):
        tf.destroy("aws_cognito_user_pool", state)
    tf.apply("aws_cognito_user_pool", POOL, state)


def test_group__arrives_updates_and_imports(tf: Harness, aws: Callable[[str], Any], pool: dict[str, Any]) -> None:
    config = {"user_pool_id": pool["id"], "name": "readers", "description": "See."}
    state = tf.apply("aws_cognito_user_group", config)
    assert tf.changes("aws_cognito_user_group", state, config) == set()
    assert tf.import_then_plan("aws_cognito_user_group", f"{pool['id']}/readers", config) == set()

    tf.apply("aws_cognito_user_group", config | {"description": "Look."}, state)

    group = aws("cognito-idp").get_group(UserPoolId=pool["id"], GroupName="readers")["Group"]
    assert group["Description"] == "Look."


def test_resource_server__arrives_updates_and_imports(
    tf: Harness, aws: Callable[[str], Any], pool: dict[str, Any]
) -> None:
    scope = {"scope_name": "staff", "scope_description": "Use it."}
    config = {"user_pool_id": pool["id"], "identifier": "rollcall", "name": "Rollcall", "scope": [scope]}
    state = tf.apply("aws_cognito_resource_server", config)
    assert state["scope_identifiers"] == ["rollcall/staff"]
    assert tf.changes("aws_cognito_resource_server", state, config) == set()
    assert tf.import_then_plan("aws_cognito_resource_server", f"{pool['id']}|rollcall", config) == set()

    tf.apply("aws_cognito_resource_server", config | {"scope": [scope | {"scope_name": "door"}]}, state)

    server = aws("cognito-idp").describe_resource_server(UserPoolId=pool["id"], Identifier="rollcall")
    assert [one["ScopeName"] for one in server["ResourceServer"]["Scopes"]] == ["door"]


def test_client__arrives_updates_and_imports(tf: Harness, aws: Callable[[str], Any], pool: dict[str, Any]) -> None:
    config = {
        "user_pool_id": pool["id"],
        "name": "desk",
        "generate_secret": False,
        "explicit_auth_flows": ["ALLOW_REFRESH_TOKEN_AUTH"],
        "supported_identity_providers": ["COGNITO"],
        "prevent_user_existence_errors": "ENABLED",
        "enable_token_revocation": True,
        "allowed_oauth_flows_user_pool_client": True,
        "allowed_oauth_flows": ["code"],
        "allowed_oauth_scopes": ["openid"],
        "callback_urls": ["https://courses.example.org/desk/", "http://localhost:8976/"],
        "access_token_validity": 10,
        "refresh_token_validity": 12,
        "token_validity_units": [{"access_token": "minutes", "id_token": "minutes", "refresh_token": "hours"}],
    }
    state = tf.apply("aws_cognito_user_pool_client", config)
    assert not state["client_secret"]
    assert tf.changes("aws_cognito_user_pool_client", state, config) == set()
    place = f"{pool['id']}/{state['id']}"
    assert tf.import_then_plan("aws_cognito_user_pool_client", place, config) <= {"generate_secret"}

    other = config | {"access_token_validity": 20, "logout_urls": ["https://courses.example.org/desk/"]}
    state = tf.apply("aws_cognito_user_pool_client", other, state)

    client = aws("cognito-idp").describe_user_pool_client(UserPoolId=pool["id"], ClientId=state["id"])
    assert client["UserPoolClient"]["AccessTokenValidity"] == 20
    assert client["UserPoolClient"]["LogoutURLs"] == ["https://courses.example.org/desk/"]
    assert tf.changes("aws_cognito_user_pool_client", state, other) == set()


def test_domain__arrives_imports_and_goes(tf: Harness, aws: Callable[[str], Any], pool: dict[str, Any]) -> None:
    config = {"user_pool_id": pool["id"], "domain": "rollcall-one-0123abcd"}
    state = tf.apply("aws_cognito_user_pool_domain", config)
    assert tf.changes("aws_cognito_user_pool_domain", state, config) == set()
    assert tf.import_then_plan("aws_cognito_user_pool_domain", "rollcall-one-0123abcd", config) == set()

    tf.destroy("aws_cognito_user_pool_domain", state)

    described = aws("cognito-idp").describe_user_pool_domain(Domain="rollcall-one-0123abcd")
    assert described["DomainDescription"] == {}
