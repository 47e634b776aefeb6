"""Policies: in a role, and managed.

Replacement and defaults: terraform-provider-aws, website/docs/r/iam_role_policy.html.markdown and iam_policy.
"""

from __future__ import annotations

import json
import urllib.parse
from typing import TYPE_CHECKING, Any, ClassVar

from standin.resource import Resource, removed_tags, resource, tag_list, tag_map, unique_name

from .blocks import name_prefix

if TYPE_CHECKING:
    from standin.values import State

_MAXIMUM_VERSIONS = 5


def document(answer: dict[str, Any] | str) -> str:
    """Return a policy as text; botocore parses what AWS sends URL-encoded, unless it is no JSON."""
    return urllib.parse.unquote(answer) if isinstance(answer, str) else json.dumps(answer, separators=(",", ":"))


@resource
class RolePolicy(Resource):
    """A policy inside a role."""

    type = "aws_iam_role_policy"
    supported = frozenset({"name", "name_prefix", "policy", "role"})
    force_new = frozenset({"name", "name_prefix", "role"})
    json_attributes = frozenset({"policy"})

    def create(self, planned: State) -> State:
        """Put the policy."""
        name = unique_name(planned["name"], planned["name_prefix"])
        self.client("iam").put_role_policy(RoleName=planned["role"], PolicyName=name, PolicyDocument=planned["policy"])
        return {"id": f"{planned['role']}:{name}", "name": name}

    def read(self, state: State) -> State | None:
        """Read the policy."""
        answer = self.client("iam").get_role_policy(RoleName=state["role"], PolicyName=state["name"])
        return {
            "id": f"{answer['RoleName']}:{answer['PolicyName']}",
            "name": answer["PolicyName"],
            "name_prefix": name_prefix(answer["PolicyName"]),
            "policy": document(answer["PolicyDocument"]),
            "role": answer["RoleName"],
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:  # noqa: ARG002 - the base's hook
        """Put the policy in place of the old one."""
        self.client("iam").put_role_policy(
            RoleName=prior["role"], PolicyName=prior["name"], PolicyDocument=planned["policy"]
        )
        return None

    def delete(self, state: State) -> None:
        """Remove the policy."""
        self.client("iam").delete_role_policy(RoleName=state["role"], PolicyName=state["name"])

    def import_state(self, identifier: str) -> State:
        """Accept ROLE:POLICY."""
        role, _, name = identifier.partition(":")
        return {"id": identifier, "role": role, "name": name}


@resource
class Policy(Resource):
    """A managed policy; a change makes a new version the default, the oldest going when there are five."""

    type = "aws_iam_policy"
    supported = frozenset({"description", "name", "name_prefix", "path", "policy"})
    force_new = frozenset({"description", "name", "name_prefix", "path"})
    defaults: ClassVar = {"path": "/"}
    json_attributes = frozenset({"policy"})
    import_key = "arn"

    def create(self, planned: State) -> State:
        """Create the policy with its first version."""
        description = {"Description": planned["description"]} if planned["description"] else {}
        answer = self.client("iam").create_policy(
            PolicyName=unique_name(planned["name"], planned["name_prefix"]),
            Path=planned["path"],
            PolicyDocument=planned["policy"],
            Tags=tag_list(planned["tags_all"]),
            **description,
        )
        return {"id": answer["Policy"]["Arn"], "arn": answer["Policy"]["Arn"]}

    def read(self, state: State) -> State | None:
        """Read the policy and its default version."""
        client, arn = self.client("iam"), state["arn"] or state["id"]
        policy = client.get_policy(PolicyArn=arn)["Policy"]
        version = client.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
        return {
            "id": policy["Arn"],
            "arn": policy["Arn"],
            "attachment_count": policy["AttachmentCount"],
            "description": policy.get("Description", ""),
            "name": policy["PolicyName"],
            "name_prefix": name_prefix(policy["PolicyName"]),
            "path": policy["Path"],
            "policy": document(version["Document"]),
            "policy_id": policy["PolicyId"],
            "tags_all": tag_map(policy.get("Tags")),
        }

    def update(self, prior: State, planned: State, changed: set[str]) -> State | None:
        """Make a new default version; change tags."""
        client, arn = self.client("iam"), prior["arn"]
        if "policy" in changed:
            versions = client.list_policy_versions(PolicyArn=arn)["Versions"]
            if len(versions) >= _MAXIMUM_VERSIONS:
                oldest = min((each for each in versions if not each["IsDefaultVersion"]), key=_version_number)
                client.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
            client.create_policy_version(PolicyArn=arn, PolicyDocument=planned["policy"], SetAsDefault=True)
        if "tags_all" in changed:
            if gone := removed_tags(prior, planned):
                client.untag_policy(PolicyArn=arn, TagKeys=gone)
            client.tag_policy(PolicyArn=arn, Tags=tag_list(planned["tags_all"]))
        return None

    def delete(self, state: State) -> None:
        """Delete every version and the policy."""
        client, arn = self.client("iam"), state["arn"]
        for version in client.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not version["IsDefaultVersion"]:
                client.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        client.delete_policy(PolicyArn=arn)


def _version_number(version: dict[str, Any]) -> int:
    return int(version["VersionId"].removeprefix("v"))
