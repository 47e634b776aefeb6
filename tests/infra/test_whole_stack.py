"""The whole configuration through its life, on any emulator: applied, changed, changed back and destroyed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from infra.leftovers import leftovers
from python_terraform import IsFlagged

from rollcall_local.credentials import client, deployer
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


@pytest.mark.full
def test_stack__is_applied_changed_changed_back_and_destroyed(infra_workspace: Workspace, tmp_path: Path) -> None:
    """After each apply a plan finds everything as it was written, and a destroy leaves nothing."""
    workspace = replace(infra_workspace, state=tmp_path)
    shutil.copyfile(infra_workspace.package, workspace.package)
    stack = Stack(LocalTerraform(workspace, deployer(infra_workspace)))
    stack.terraform.prepare()

    def aws(service: str) -> Any:
        return client(service, infra_workspace)

    try:
        for values in ({}, CHANGED, {}):
            stack.apply(**values)
            stack.plan_without_changes(**values)
            group = f"/aws/lambda/{workspace.table}-submit"
            (logged,) = aws("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
            assert logged["retentionInDays"] == values.get("log_retention_days", LOCAL_RETENTION_DAYS)
            alarms = aws("cloudwatch").describe_alarms()["MetricAlarms"]
            assert len(alarms) == (9 if not values else 14)
            topics = {action for alarm in alarms for action in alarm["AlarmActions"]}
            assert len(topics) == (0 if not values else 1)
    finally:
        stack.destroy()

    assert leftovers(aws) == {}
