"""Managed policies attached to roles.

Replacement and defaults: terraform-provider-aws, website/docs/r/iam_role_policy_attachment.html.markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from standin.resource import Resource, resource

if TYPE_CHECKING:
    from standin.values import State


@resource
class RolePolicyAttachment(Resource):
    """One managed policy on one role."""

    type = "aws_iam_role_policy_attachment"
    supported = frozenset({"policy_arn", "role"})
    force_new = frozenset({"policy_arn", "role"})

    def create(self, planned: State) -> State:
        """Attach the policy."""
        self.client("iam").attach_role_policy(RoleName=planned["role"], PolicyArn=planned["policy_arn"])
        return {"id": f"{planned['role']}/{planned['policy_arn']}"}

    def read(self, state: State) -> State | None:
        """Look for the policy among those of the role."""
        pages = self.client("iam").get_paginator("list_attached_role_policies").paginate(RoleName=state["role"])
        attached = {policy["PolicyArn"] for page in pages for policy in page["AttachedPolicies"]}
        if state["policy_arn"] not in attached:
            return None
        return {"id": state["id"], "role": state["role"], "policy_arn": state["policy_arn"]}

    def delete(self, state: State) -> None:
        """Detach the policy."""
        self.client("iam").detach_role_policy(RoleName=state["role"], PolicyArn=state["policy_arn"])

    def import_state(self, identifier: str) -> State:
        """Accept ROLE/POLICY-ARN."""
        role, _, arn = identifier.partition("/")
        return {"id": identifier, "role": role, "policy_arn": arn}
