"""User pools.

Replacement, defaults and the order of calls: terraform-provider-aws, website/docs/r/cognito_user_pool.html.markdown and
internal/service/cognitoidp/user_pool.go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, removed_tags, resource

from . import members
from .blocks import only

if TYPE_CHECKING:
    from standin.values import State

PASSWORDS: members.Members = {
    "minimum_length": ("MinimumLength", 0),
    "require_lowercase": ("RequireLowercase", False),
    "require_numbers": ("RequireNumbers", False),
    "require_symbols": ("RequireSymbols", False),
    "require_uppercase": ("RequireUppercase", False),
    "temporary_password_validity_days": ("TemporaryPasswordValidityDays", 0),
}
INVITATION: members.Members = {
    "email_message": ("EmailMessage", ""),
    "email_subject": ("EmailSubject", ""),
    "sms_message": ("SMSMessage", ""),
}
RECOVERY: members.Members = {"name": ("Name", None), "priority": ("Priority", None)}
CASE: members.Members = {"case_sensitive": ("CaseSensitive", True)}
CODES: members.Members = {"enabled": ("Enabled", False)}
MFA = frozenset({"mfa_configuration", "software_token_mfa_configuration"})


@resource
class UserPool(Resource):
    """aws_cognito_user_pool, without messages by SMS, triggers, attributes and devices of one's own."""

    type = "aws_cognito_user_pool"
    supported = frozenset({
        "deletion_protection", "mfa_configuration", "name", "user_pool_tier",
        *members.paths("password_policy", PASSWORDS),
        "admin_create_user_config.allow_admin_create_user_only",
        *members.paths("admin_create_user_config.invite_message_template", INVITATION),
        *members.paths("account_recovery_setting.recovery_mechanism", RECOVERY),
        *members.paths("username_configuration", CASE),
        *members.paths("software_token_mfa_configuration", CODES),
    })  # fmt: skip
    force_new = frozenset({"name", "username_configuration"})
    defaults: ClassVar = {"deletion_protection": "INACTIVE", "mfa_configuration": "OFF"}
    enums: ClassVar = {
        "deletion_protection": ("cognito-idp", "DeletionProtectionType"),
        "mfa_configuration": ("cognito-idp", "UserPoolMfaType"),
        "user_pool_tier": ("cognito-idp", "UserPoolTierType"),
    }

    def create(self, planned: State) -> State:
        """Create the pool, then say which second factors it wants."""
        case = members.write(only(planned["username_configuration"]), CASE)
        made = self.client("cognito-idp").create_user_pool(
            PoolName=planned["name"], **_settings(planned), **({"UsernameConfiguration": case} if case else {})
        )
        identifier = made["UserPool"]["Id"]
        self.created(identifier)
        if planned["mfa_configuration"] != "OFF":
            self._put_mfa(identifier, planned)
        return {"id": identifier}

    def _put_mfa(self, identifier: str, planned: State) -> None:
        codes = members.write(only(planned["software_token_mfa_configuration"]), CODES)
        self.client("cognito-idp").set_user_pool_mfa_config(
            UserPoolId=identifier,
            MfaConfiguration=planned["mfa_configuration"],
            **({"SoftwareTokenMfaConfiguration": codes} if codes else {}),
        )

    def read(self, state: State) -> State:
        """Read the pool and its second factors."""
        client = self.client("cognito-idp")
        pool = client.describe_user_pool(UserPoolId=state["id"])["UserPool"]
        mfa = client.get_user_pool_mfa_config(UserPoolId=state["id"])
        inviting = pool.get("AdminCreateUserConfig", {})
        mechanisms = pool.get("AccountRecoverySetting", {}).get("RecoveryMechanisms")
        return {
            "id": pool["Id"],
            "arn": pool["Arn"],
            "name": pool["Name"],
            "creation_date": pool["CreationDate"].isoformat(),
            "last_modified_date": pool["LastModifiedDate"].isoformat(),
            "deletion_protection": pool.get("DeletionProtection", "INACTIVE"),
            "user_pool_tier": pool["UserPoolTier"],
            "domain": pool.get("Domain") or "",
            "custom_domain": pool.get("CustomDomain") or "",
            "endpoint": f"cognito-idp.{self.provider.region}.amazonaws.com/{pool['Id']}",
            "estimated_number_of_users": pool.get("EstimatedNumberOfUsers", 0),
            "email_verification_message": pool.get("EmailVerificationMessage", ""),
            "email_verification_subject": pool.get("EmailVerificationSubject", ""),
            "sms_verification_message": pool.get("SmsVerificationMessage", ""),
            "password_policy": _blocks(pool["Policies"].get("PasswordPolicy"), PASSWORDS),
            "admin_create_user_config": [
                {
                    "allow_admin_create_user_only": inviting.get("AllowAdminCreateUserOnly", False),
                    "invite_message_template": _blocks(inviting.get("InviteMessageTemplate"), INVITATION),
                }
            ],
            "account_recovery_setting": [
                {"recovery_mechanism": [members.read(mechanism, RECOVERY) for mechanism in mechanisms]}
            ]
            if mechanisms
            else [],
            "username_configuration": _blocks(pool.get("UsernameConfiguration"), CASE),
            "mfa_configuration": mfa["MfaConfiguration"],
            "software_token_mfa_configuration": _blocks(mfa.get("SoftwareTokenMfaConfiguration"), CODES),
            "tags_all": pool.get("UserPoolTags", {}),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> None:
        """Change second factors, then the rest as a whole: AWS resets what an update leaves out."""
        client = self.client("cognito-idp")
        if changed & MFA:
            self._put_mfa(planned["id"], planned)
        if changed - MFA - {"tags", "tags_all"}:
            client.update_user_pool(
                UserPoolId=planned["id"], MfaConfiguration=planned["mfa_configuration"], **_settings(planned)
            )
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(ResourceArn=planned["arn"], TagKeys=gone)
            if planned["tags_all"]:
                client.tag_resource(ResourceArn=planned["arn"], Tags=planned["tags_all"])

    def delete(self, state: State) -> None:
        """Delete it, with the people in it."""
        self.client("cognito-idp").delete_user_pool(UserPoolId=state["id"])


def _settings(planned: State) -> dict[str, Any]:
    """Return what both a create and an update say."""
    inviting, recovery = only(planned["admin_create_user_config"]), only(planned["account_recovery_setting"])
    given: dict[str, dict[str, Any]] = {
        "Policies": {"PasswordPolicy": members.write(only(planned["password_policy"]), PASSWORDS)},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": bool(inviting.get("allow_admin_create_user_only")),
            "InviteMessageTemplate": members.write(only(inviting.get("invite_message_template")), INVITATION),
        },
        "AccountRecoverySetting": {
            "RecoveryMechanisms": [members.write(one, RECOVERY) for one in recovery.get("recovery_mechanism") or ()]
        },
    }
    used = {name: value for name, value in given.items() if any(value.values())}
    return {
        **used,
        "DeletionProtection": planned["deletion_protection"],
        "UserPoolTags": planned["tags_all"] or {},
        **({"UserPoolTier": planned["user_pool_tier"]} if planned["user_pool_tier"] else {}),
    }


def _blocks(answer: dict[str, Any] | None, arguments: members.Members) -> list[State]:
    return [members.read(answer, arguments)] if answer else []
