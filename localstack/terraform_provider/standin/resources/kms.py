"""Keys and their aliases.

Replacement and defaults: terraform-provider-aws, website/docs/r/kms_key.html.markdown and kms_alias.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from standin.resource import GONE, Resource, removed_tags, resource

from .blocks import name_prefix

if TYPE_CHECKING:
    from standin.values import State


@resource
class Key(Resource):
    """A symmetric key for encryption. Other kinds, imported material and several Regions aren't supported."""

    type = "aws_kms_key"
    supported = frozenset({"deletion_window_in_days", "description", "enable_key_rotation", "policy"})
    defaults: ClassVar = {
        "bypass_policy_lockout_safety_check": False,
        "customer_master_key_spec": "SYMMETRIC_DEFAULT",
        "enable_key_rotation": False,
        "is_enabled": True,
        "key_usage": "ENCRYPT_DECRYPT",
    }
    json_attributes = frozenset({"policy"})
    echoed = frozenset({"deletion_window_in_days"})  # used only for the deletion

    def create(self, planned: State) -> State:
        """Create the key with its policy, then let AWS renew it."""
        client = self.client("kms")
        given = {"Description": planned["description"], "Policy": planned["policy"]}
        tags = [{"TagKey": name, "TagValue": value} for name, value in sorted((planned["tags_all"] or {}).items())]
        made = client.create_key(Tags=tags, **{member: value for member, value in given.items() if value})
        key = made["KeyMetadata"]["KeyId"]
        self.created(key)
        if planned["enable_key_rotation"]:
            client.enable_key_rotation(KeyId=key)
        return {"id": key, "arn": made["KeyMetadata"]["Arn"]}

    def read(self, state: State) -> State | None:
        """Read the key, its policy, rotation and tags; one that waits for its deletion is gone."""
        client, key = self.client("kms"), state["id"]
        answer = client.describe_key(KeyId=key)["KeyMetadata"]
        if answer["KeyState"] == "PendingDeletion":
            return None
        rotation = client.get_key_rotation_status(KeyId=key)
        return {
            "id": key,
            "arn": answer["Arn"],
            "key_id": key,
            "customer_master_key_spec": answer.get("KeySpec", "SYMMETRIC_DEFAULT"),
            "description": answer.get("Description", ""),
            "enable_key_rotation": rotation["KeyRotationEnabled"],
            "is_enabled": answer["Enabled"],
            "key_usage": answer["KeyUsage"],
            "multi_region": answer.get("MultiRegion", False),
            "policy": client.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
            "rotation_period_in_days": rotation.get("RotationPeriodInDays", 365),
            "tags_all": {tag["TagKey"]: tag["TagValue"] for tag in client.list_resource_tags(KeyId=key)["Tags"]},
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Change each part with its own call."""
        client, key = self.client("kms"), prior["id"]
        if "policy" in changed:
            client.put_key_policy(KeyId=key, PolicyName="default", Policy=planned["policy"])
        if "description" in changed:
            client.update_key_description(KeyId=key, Description=planned["description"] or "")
        if "enable_key_rotation" in changed:
            (client.enable_key_rotation if planned["enable_key_rotation"] else client.disable_key_rotation)(KeyId=key)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(KeyId=key, TagKeys=gone)
            tags = [{"TagKey": name, "TagValue": value} for name, value in (planned["tags_all"] or {}).items()]
            client.tag_resource(KeyId=key, Tags=tags)
        return None

    def delete(self, state: State) -> None:
        """Schedule the deletion after the window."""
        days = int(state["deletion_window_in_days"] or 30)
        self.client("kms").schedule_key_deletion(KeyId=state["id"], PendingWindowInDays=days)


@resource
class Alias(Resource):
    """A key's other name."""

    type = "aws_kms_alias"
    supported = frozenset({"name", "target_key_id"})
    force_new = frozenset({"name"})
    gone = GONE | {"NotFoundException"}
    import_key = "name"

    def create(self, planned: State) -> State:
        """Give the key its name."""
        self.client("kms").create_alias(AliasName=planned["name"], TargetKeyId=planned["target_key_id"])
        return {"id": planned["name"], "name": planned["name"]}

    def read(self, state: State) -> State | None:
        """Find the alias by its name."""
        pages = self.client("kms").get_paginator("list_aliases").paginate()
        aliases = (alias for page in pages for alias in page["Aliases"])
        found = next((alias for alias in aliases if alias["AliasName"] == (state["name"] or state["id"])), None)
        if found is None:
            return None
        key = found["TargetKeyId"]
        return {
            "id": found["AliasName"],
            "arn": found["AliasArn"],
            "name": found["AliasName"],
            "name_prefix": name_prefix(found["AliasName"]),
            "target_key_arn": self.client("kms").describe_key(KeyId=key)["KeyMetadata"]["Arn"],
            "target_key_id": key,
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:  # noqa: ARG002 - the base's hook
        """Lead the name to another key."""
        self.client("kms").update_alias(AliasName=prior["name"], TargetKeyId=planned["target_key_id"])
        return None

    def delete(self, state: State) -> None:
        """Take the name away."""
        self.client("kms").delete_alias(AliasName=state["name"])
