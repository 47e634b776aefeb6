"""The whole configuration through its life, on any emulator: applied, changed, changed back and destroyed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from infra.leftovers import leftovers
from python_terraform import IsFlagged

from rollcall_local.credentials import ACCOUNT, client, deployer
from rollcall_local.terraform import LocalTerraform

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.paths import Workspace

CHANGED: dict[str, Any] = {
    "alarm_email": "alarms@example.org",
    "alarms": {"functions": ["submit"], "no_submissions_days": 7},
    "allowed_origins": ["https://school.example.org"],
    "forms": ["contact"],
    "log_level": "DEBUG",
    "log_retention_days": 90,
    "rate_limits": {"per_address": 7},
    "reserved_concurrency": {"submit": 3},
    "tags": {"Team": "courses"},
    "throttle": {"rate": 5, "burst": 7},
}
"""Values that an operator may change at any time. They reach most resources."""

LOCAL_RETENTION_DAYS = 7
"""What local.tfvars says of logs."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack with the values of local.tfvars, and others over them."""

    terraform: LocalTerraform

    def apply(self, **values: Any) -> None:
        self.terraform.run("apply", input=False, auto_approve=IsFlagged, **self.terraform.inputs(**values))

    def plan_without_changes(self, **values: Any) -> None:
        """Fail if a plan would change anything: Terraform's exit code is then 2."""
        self.terraform.run("plan", input=False, detailed_exitcode=IsFlagged, **self.terraform.inputs(**values))

    def destroy(self) -> None:
        self.terraform.run("destroy", input=False, auto_approve=IsFlagged, **self.terraform.inputs())


PIPELINE = {
    "kind": "codepipeline",
    "repository": "kuggen/ours",
    "product": {"repository": "kuggen/rollcall", "branch": "release"},
    "approver": "operators@kuggen.se",
    "state_bucket": "kuggen-terraform-state",
    "connection_arn": f"arn:aws:codeconnections:eu-north-1:{ACCOUNT}:connection/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0",
}


@pytest.fixture
def stack(infra_workspace: Workspace, tmp_path: Path) -> Stack:
    """A stack with a state of its own, of which nothing is applied."""
    workspace = replace(infra_workspace, state=tmp_path)
    shutil.copyfile(infra_workspace.package, workspace.package)
    shutil.copyfile(infra_workspace.staff_package, workspace.staff_package)
    made = Stack(LocalTerraform(workspace, deployer(infra_workspace)))
    made.terraform.prepare()
    return made


@pytest.mark.full
@pytest.mark.needs("pipelines")
def test_pipeline__is_applied_changed_and_destroyed(stack: Stack, infra_workspace: Workspace) -> None:
    """A plan then finds pipeline and projects as they were written.

    The stack's tags stay the same: moto gives a new resource those of a deleted one with the same ARN.
    """

    def aws(service: str) -> Any:
        return client(service, infra_workspace)

    try:
        for branch in ("main", "live"):
            values = {"delivery": PIPELINE | {"branch": branch}}
            stack.apply(**values)
            stack.plan_without_changes(**values)
            pipeline = aws("codepipeline").get_pipeline(name="rollcall-local")["pipeline"]
            ours = next(one for one in pipeline["stages"][0]["actions"] if one["name"] == "ours")
            assert (pipeline["pipelineType"], ours["configuration"]["BranchName"]) == ("V2", branch)
            assert ours["configuration"]["FullRepositoryId"] == "kuggen/ours"
            (project,) = aws("codebuild").batch_get_projects(names=["rollcall-local-deploy"])["projects"]
            assert {tag["key"] for tag in project["tags"]} >= {"Project", "Stack"}
            role = aws("iam").get_role(RoleName="rollcall-local-deploy")["Role"]
            assert project["serviceRole"] == role["Arn"]
            held = aws("iam").list_attached_role_policies(RoleName="rollcall-local-deploy")["AttachedPolicies"]
            assert "rollcall-local-reader" in {policy["PolicyName"] for policy in held}
    finally:
        stack.destroy()

    assert aws("codepipeline").list_pipelines()["pipelines"] == []
    assert aws("codebuild").list_projects()["projects"] == []
    assert leftovers(aws) == {}


@pytest.mark.full
def test_stack__is_applied_changed_changed_back_and_destroyed(stack: Stack, infra_workspace: Workspace) -> None:
    """After each apply a plan finds everything as it was written, and a destroy leaves nothing."""

    def aws(service: str) -> Any:
        return client(service, infra_workspace)

    try:
        for values in ({}, CHANGED, {}):
            stack.apply(**values)
            stack.plan_without_changes(**values)
            group = f"/aws/lambda/{infra_workspace.table}-submit"
            (logged,) = aws("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
            assert logged["retentionInDays"] == values.get("log_retention_days", LOCAL_RETENTION_DAYS)
            alarms = aws("cloudwatch").describe_alarms()["MetricAlarms"]
            assert len(alarms) == (11 if not values else 16)
            topics = {action for alarm in alarms for action in alarm["AlarmActions"]}
            assert len(topics) == (0 if not values else 1)
    finally:
        stack.destroy()

    assert leftovers(aws) == {}
