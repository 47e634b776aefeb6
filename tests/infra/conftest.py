"""Terraform on the shipped configuration with a separate emulator; each environment is planned once."""

from __future__ import annotations

import re
import shutil
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from guide import OPERATORS
from infra.applied import Applied
from infra.options import EVERYTHING, EXCLUDED
from infra.planned import Plan, plan_as_json
from python_terraform import IsFlagged
from shipped import SOURCES

from rollcall_local.credentials import deployer
from rollcall_local.emulators import emulator_of
from rollcall_local.paths import Workspace, find_root
from rollcall_local.process import free_port
from rollcall_local.terraform import LocalTerraform

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ENVIRONMENTS = ("local", "dev", "prod")

DOMAIN = "kuggen.se"
"""What these tests put in the place of the example's domain, which no deployment takes."""


@pytest.fixture(scope="session")
def configuration() -> Path:
    """The shipped configuration."""
    return find_root() / "infra" / "terraform"


@pytest.fixture(scope="session")
def infra_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """An emulator with nothing but the deployer, and a package that Terraform can read."""
    workspace = Workspace(root=find_root(), state=tmp_path_factory.mktemp("infra"), edge_port=free_port())
    for path in (workspace.package, workspace.staff_package):
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("lambda_handlers/__init__.py", "")
    emulator = emulator_of(workspace)
    emulator.start(smtp_port=free_port())
    yield workspace
    emulator.stop()


@pytest.fixture(scope="session")
def terraform(infra_workspace: Workspace) -> LocalTerraform:
    """Terraform, run by the deployer, on a separate state."""
    made = LocalTerraform(infra_workspace, deployer(infra_workspace))
    made.prepare()
    return made


@pytest.fixture(scope="session")
def values_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """How to get an environment's values, with the example's domain replaced."""

    def write(environment: str) -> Path:
        file = tmp_path_factory.mktemp("values") / f"{environment}.tfvars"
        shipped = (SOURCES.values / file.name).read_text(encoding="utf-8")
        file.write_text(shipped.replace("example.org", DOMAIN), encoding="utf-8")
        return file

    return write


@pytest.fixture(scope="session")
def plans(terraform: LocalTerraform, values_of: Callable[[str], Path]) -> dict[str, Plan]:
    """The plans of all environments, from nothing, with the example's values for your own addresses."""
    made = {"local": Plan(plan_as_json(terraform))}
    for environment in ("dev", "prod"):
        made[environment] = Plan(plan_as_json(terraform, values_of(environment)))
    return made


@pytest.fixture(scope="session")
def guided(terraform: LocalTerraform, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of all values that the operator's guide shows, together: so every option is on."""
    values = re.findall(r"^ *```hcl\n(.*?)^ *```", OPERATORS, re.DOTALL | re.MULTILINE)
    file = tmp_path_factory.mktemp("values") / "guide.tfvars"
    file.write_text("".join(values).replace("example.org", DOMAIN), encoding="utf-8")
    return Plan(plan_as_json(terraform, file))


@pytest.fixture(scope="session")
def everything(terraform: LocalTerraform) -> Plan:
    """The plan of a stack with all options that go together."""
    return Plan(plan_as_json(terraform, values=EVERYTHING))


@pytest.fixture(scope="session")
def alternatives(terraform: LocalTerraform) -> Plan:
    """The plan of a stack with the options that everything excludes, and all that go with them."""
    return Plan(plan_as_json(terraform, values=EVERYTHING | EXCLUDED))


@pytest.fixture(params=ENVIRONMENTS)
def plan(request: pytest.FixtureRequest, plans: dict[str, Plan]) -> Plan:
    """The plan of each environment in turn."""
    return plans[request.param]


WATCHED: dict[str, Any] = {
    "alarms": {"functions": ["submit", "links", "sweep", "dispatch", "notify", "feedback"], "no_submissions_days": 5},
    "api_access_logs": {"retention_days": 30},
    "dashboard": {"days": 14},
    "site_access_logs": {"retention_days": 30},
}
"""Every option that watches a stack, turned on."""


@pytest.fixture(scope="session")
def watched(terraform: LocalTerraform, values_of: Callable[[str], Path]) -> Plan:
    """The plan of the production stack with every option that watches it."""
    return Plan(plan_as_json(terraform, values_of("prod"), WATCHED))


@pytest.fixture
def prod(plans: dict[str, Plan]) -> Plan:
    """The plan of the production stack."""
    return plans["prod"]


OPTIONS = """
stack             = "prod"
region            = "eu-north-1"
sender            = "Courses <courses@kuggen.se>"
existing_identity = "kuggen.se"
turnstile         = { secret_name = "rollcall/prod/turnstile" }
one_origin        = {}
domain = {
  site            = "courses.kuggen.se"
  api             = "api.kuggen.se"
  redirects       = ["www.kuggen.se"]
  zone_id         = "Z0123456789ABCDEFGHIJ"
  old_api_address = "closed"
}
"""


@pytest.fixture(scope="session")
def with_options(terraform: LocalTerraform, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The plan of a stack with options that no environment of the example has."""
    tfvars = tmp_path_factory.mktemp("values") / "options.tfvars"
    tfvars.write_text(OPTIONS, encoding="utf-8")
    return Plan(plan_as_json(terraform, tfvars))


@pytest.fixture(scope="session")
def applied(infra_workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Applied:
    """Apply on a separate state, in the emulator of these tests, which ends with all that is in it."""
    workspace = replace(infra_workspace, state=tmp_path_factory.mktemp("applied"))
    shutil.copyfile(infra_workspace.package, workspace.package)
    shutil.copyfile(infra_workspace.staff_package, workspace.staff_package)
    terraform = LocalTerraform(workspace, deployer(infra_workspace))
    terraform.prepare()
    log = terraform.run("apply", input=False, auto_approve=IsFlagged, **terraform.inputs())
    return Applied(workspace, terraform, log)
