"""Log groups.

Replacement and defaults: terraform-provider-aws, website/docs/r/cloudwatch_log_group.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, removed_tags, resource, unique_name

from .blocks import name_prefix

if TYPE_CHECKING:
    from standin.values import State


@resource
class LogGroup(Resource):
    """A log group. The emulator drops deletion_protection_enabled (written, and not in the answer), so it isn't
    supported.
    """

    type = "aws_cloudwatch_log_group"
    supported = frozenset({"kms_key_id", "log_group_class", "name", "name_prefix", "retention_in_days", "skip_destroy"})
    force_new = frozenset({"log_group_class", "name", "name_prefix"})
    defaults: ClassVar = {"retention_in_days": 0, "skip_destroy": False}
    enums: ClassVar = {"log_group_class": ("logs", "LogGroupClass")}
    echoed = frozenset({"skip_destroy"})  # an option of Terraform
    import_key = "name"

    def create(self, planned: State) -> State:
        """Create the group, then say how long it keeps what is logged."""
        client, name = self.client("logs"), unique_name(planned["name"], planned["name_prefix"])
        optional = {
            "kmsKeyId": planned["kms_key_id"],
            "logGroupClass": planned["log_group_class"],
            "tags": planned["tags_all"],
        }
        client.create_log_group(logGroupName=name, **{member: value for member, value in optional.items() if value})
        self.created(name)
        if planned["retention_in_days"]:
            client.put_retention_policy(logGroupName=name, retentionInDays=planned["retention_in_days"])
        return {"id": name, "name": name}

    def read(self, state: State) -> State | None:
        """Find the group by its name, and read its tags."""
        name = state["name"] or state["id"]
        group = self._find(name)
        if group is None:
            return None
        arn = group["arn"].removesuffix(":*")
        return {
            "id": name,
            "name": name,
            "name_prefix": name_prefix(name),
            "arn": arn,
            "kms_key_id": group.get("kmsKeyId", ""),
            "log_group_class": group["logGroupClass"],
            "retention_in_days": group.get("retentionInDays", 0),
            "tags_all": self.client("logs").list_tags_for_resource(resourceArn=arn).get("tags", {}),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Change the key, the retention and tags."""
        client, name = self.client("logs"), planned["name"]
        if "kms_key_id" in changed:
            if planned["kms_key_id"]:
                client.associate_kms_key(logGroupName=name, kmsKeyId=planned["kms_key_id"])
            else:
                client.disassociate_kms_key(logGroupName=name)
        if "retention_in_days" in changed:
            if planned["retention_in_days"]:
                client.put_retention_policy(logGroupName=name, retentionInDays=planned["retention_in_days"])
            else:
                client.delete_retention_policy(logGroupName=name)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_resource(resourceArn=prior["arn"], tagKeys=gone)
            if planned["tags_all"]:
                client.tag_resource(resourceArn=prior["arn"], tags=planned["tags_all"])
        return None

    def delete(self, state: State) -> None:
        """Delete the group with its logs, unless it is to stay."""
        if not state["skip_destroy"]:
            self.client("logs").delete_log_group(logGroupName=state["name"])

    def _find(self, name: str) -> dict[str, Any] | None:
        pages = self.client("logs").get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
        return next((group for page in pages for group in page["logGroups"] if group["logGroupName"] == name), None)
