"""Roles.

Replacement and defaults: terraform-provider-aws, website/docs/r/iam_role.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from standin.resource import Resource, removed_tags, resource, tag_list, tag_map, unique_name

from .blocks import name_prefix
from .iam_policies import document

if TYPE_CHECKING:
    from standin.values import State


@resource
class Role(Resource):
    """A role. Its inline policies and attachments are resources of their own (inline_policy is deprecated)."""

    type = "aws_iam_role"
    supported = frozenset({
        "assume_role_policy", "description", "force_detach_policies", "max_session_duration", "name", "name_prefix",
        "path", "permissions_boundary",
    })  # fmt: skip
    force_new = frozenset({"name", "name_prefix", "path"})
    defaults: ClassVar = {
        "force_detach_policies": False,
        "max_session_duration": 3600,
        "path": "/",
    }
    json_attributes = frozenset({"assume_role_policy"})
    echoed = frozenset({"force_detach_policies"})  # an option of Terraform that AWS does not know
    import_key = "name"

    def create(self, planned: State) -> State:
        """Create the role."""
        name = unique_name(planned["name"], planned["name_prefix"])
        optional = {"Description": planned["description"], "PermissionsBoundary": planned["permissions_boundary"]}
        self.client("iam").create_role(
            RoleName=name,
            Path=planned["path"],
            AssumeRolePolicyDocument=planned["assume_role_policy"],
            MaxSessionDuration=planned["max_session_duration"],
            Tags=tag_list(planned["tags_all"]),
            **{member: value for member, value in optional.items() if value},
        )
        return {"id": name, "name": name}

    def read(self, state: State) -> State | None:
        """Read the role, and the ARNs of what is attached."""
        client = self.client("iam")
        role = client.get_role(RoleName=state["name"] or state["id"])["Role"]
        return {
            "id": role["RoleName"],
            "name": role["RoleName"],
            "name_prefix": name_prefix(role["RoleName"]),
            "arn": role["Arn"],
            "assume_role_policy": document(role["AssumeRolePolicyDocument"]),
            "create_date": role["CreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
            "description": role.get("Description", ""),
            "managed_policy_arns": self._attached(role["RoleName"]),
            "max_session_duration": role["MaxSessionDuration"],
            "path": role["Path"],
            "permissions_boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
            "tags_all": tag_map(role.get("Tags")),
            "unique_id": role["RoleId"],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Change each part with its own call."""
        client, name = self.client("iam"), planned["name"]
        if "assume_role_policy" in changed:
            client.update_assume_role_policy(RoleName=name, PolicyDocument=planned["assume_role_policy"])
        if "max_session_duration" in changed:
            client.update_role(RoleName=name, MaxSessionDuration=planned["max_session_duration"])
        if "description" in changed:
            # update_role would do at AWS, but at the emulator it can't clear a description.
            client.update_role_description(RoleName=name, Description=planned["description"] or "")
        if "permissions_boundary" in changed:
            if planned["permissions_boundary"]:
                client.put_role_permissions_boundary(RoleName=name, PermissionsBoundary=planned["permissions_boundary"])
            else:
                client.delete_role_permissions_boundary(RoleName=name)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_role(RoleName=name, TagKeys=gone)
            client.tag_role(RoleName=name, Tags=tag_list(planned["tags_all"]))
        return None

    def delete(self, state: State) -> None:
        """Delete the role; with force_detach_policies after everything in it and on it."""
        client, name = self.client("iam"), state["name"]
        if state["force_detach_policies"]:
            for arn in self._attached(name):
                client.detach_role_policy(RoleName=name, PolicyArn=arn)
            for page in client.get_paginator("list_role_policies").paginate(RoleName=name):
                for policy in page["PolicyNames"]:
                    client.delete_role_policy(RoleName=name, PolicyName=policy)
        client.delete_role(RoleName=name)

    def _attached(self, name: str) -> list[str]:
        pages = self.client("iam").get_paginator("list_attached_role_policies").paginate(RoleName=name)
        return [policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]]
