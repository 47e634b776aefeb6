"""The people who use the deployed stack: staff with the policies that Terraform made, and the deployer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from integration.staff import Staff, with_policy

from rollcall_local import credentials

if TYPE_CHECKING:
    from conftest import DeployedStack


@pytest.fixture(scope="session")
def reader(deployed: DeployedStack) -> Staff:
    """Staff who may only read, with `rollcall-local-reader`."""
    return with_policy(deployed, "staff-reader", deployed.outputs["reader_policy_arn"])


@pytest.fixture(scope="session")
def manager(deployed: DeployedStack) -> Staff:
    """Staff who may read and change, with `rollcall-local-manager`."""
    return with_policy(deployed, "staff-manager", deployed.outputs["manager_policy_arn"])


@pytest.fixture(scope="session")
def deployer(deployed: DeployedStack) -> Staff:
    """Whoever deploys the stack and publishes its site, with the policies in infra/terraform/deployer."""
    return Staff(deployed, credentials.deployer(deployed.workspace))
