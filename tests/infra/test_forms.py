"""Forms in Terraform: a list of form names; a third form needs only its name there."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from infra.planned import Plan, plan_as_json
from infra.test_configuration import VALID, values_file
from shipped import SOURCES
from workshop import sources_with_workshop

from admin_cli.organisation.values import ValuesError, read_values
from rollcall_build.forms.files import NAME, TAKEN
from rollcall_local.credentials import deployer
from rollcall_local.paths import Workspace
from rollcall_local.terraform import LocalTerraform

if TYPE_CHECKING:
    from pathlib import Path


def test_names__follow_the_rule_of_form_files(configuration: Path) -> None:
    variables = (configuration / "variables.tf").read_text(encoding="utf-8")
    (refused,) = re.findall(r"setintersection\(var\.forms, \[(.*?)\]\)", variables)

    assert f'regex("^{NAME.pattern}$", form)' in variables
    assert set(re.findall(r'"(.*?)"', refused)) == set(TAKEN)


@pytest.mark.parametrize("names", ['["contact", "my"]', f'["{"a" * 32}"]'])
def test_names__that_no_form_can_have_are_refused(tmp_path: Path, names: str) -> None:
    with pytest.raises(ValuesError, match=r"^forms must"):
        read_values(SOURCES, values_file(tmp_path, VALID | {"forms": names}))


@pytest.mark.full  # tests/integration/test_third_form.py sends its form
def test_third_form__gets_every_route_of_a_form(
    infra_workspace: Workspace, plans: dict[str, Plan], tmp_path: Path
) -> None:
    sources = sources_with_workshop(tmp_path / "clone")
    theirs = Workspace(root=sources.root, state=tmp_path / "state", edge_port=infra_workspace.edge_port)
    theirs.package.parent.mkdir()
    theirs.package.write_bytes(infra_workspace.package.read_bytes())
    theirs.staff_package.write_bytes(infra_workspace.staff_package.read_bytes())
    terraform = LocalTerraform(theirs, deployer(infra_workspace))
    terraform.prepare()
    third = Plan(plan_as_json(terraform))

    def routes(plan: Plan) -> dict[str, Any]:
        paths: dict[str, Any] = json.loads(plan.one("module.api.aws_api_gateway_rest_api.this")["body"])["paths"]
        return paths

    paths, before = routes(third), routes(plans["local"])
    assert paths.keys() - before.keys() == {"/workshop"}
    assert paths["/workshop"] == paths["/contact"] == before["/contact"]
    assert third.addresses == plans["local"].addresses
