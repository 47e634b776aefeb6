"""The stack that Terraform deployed, with the questions that tests ask about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from policies.evaluator import listed

from rollcall_local.credentials import client

if TYPE_CHECKING:
    from rollcall_local.paths import Workspace
    from rollcall_local.terraform import LocalTerraform


@dataclass(frozen=True, slots=True)
class Applied:
    """The stack of infra/terraform/local.tfvars, as deployed in the emulator."""

    workspace: Workspace
    terraform: LocalTerraform
    log: str
    """What the first apply printed."""

    def aws(self, service: str) -> Any:
        return client(service, self.workspace)

    def work_of(self, function: str) -> list[dict[str, Any]]:
        """Return the statements of a function's policy."""
        name = f"rollcall-local-{function}"
        policy = self.aws("iam").get_role_policy(RoleName=name, PolicyName="work")
        statements: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
        return statements

    def may(self, function: str, action: str) -> set[str]:
        """Return the resources on which a function's policy allows an action."""
        return {
            resource
            for statement in self.work_of(function)
            for allowed in listed(statement["Action"])
            if allowed == action
            for resource in listed(statement["Resource"])
        }
