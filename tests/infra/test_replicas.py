"""The option `replica_regions`: what a plan of the whole stack makes of it. infra/terraform/tests has the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from infra.planned import Plan, plan_as_json
from infra.test_configuration import VALID, values_file
from shipped import SOURCES

from admin_cli.organisation.values import ValuesError, read_values

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.terraform import LocalTerraform

REFUSED = {
    "replica_regions": {
        "[]": "must name 1 to 3 Regions",
        '["eu-central-1", "eu-west-1", "eu-west-2", "eu-west-3"]': "must name 1 to 3 Regions",
        '["Frankfurt"]': "must be codes of Regions",
        '["eu-central-1", "eu-central-1"]': "must name each Region once",
        '["eu-north-1"]': "must name other Regions",
    },
    "takes_over": {
        '"prod"': "must be the name of another stack",
        '"rollcall_dev"': "must be the name of another stack",
    },
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in REFUSED.items() for value in values])
def test_value__that_aws_would_refuse_is_refused_before(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(ValuesError) as refusal:
        read_values(SOURCES, values_file(tmp_path, VALID | {name: value}))

    assert f"{name} {REFUSED[name][value]}" in str(refusal.value)


def test_copies__are_the_only_addition_to_the_stack(terraform: LocalTerraform, plans: dict[str, Plan]) -> None:
    """Nobody gets a right to a copy, and the stack keeps using its own table."""
    plan, without = Plan(plan_as_json(terraform, values={"replica_regions": ["eu-central-1"]})), plans["local"]

    address = 'module.store.aws_dynamodb_table_replica.this["eu-central-1"]'
    assert plan.addresses - without.addresses == {address}
    copy = plan.one(address)
    assert (copy["region"], copy["point_in_time_recovery"]) == ("eu-central-1", True)
    assert copy["deletion_protection_enabled"] is plan.variables["deletion_protection"]
    assert plan.references(address, "global_table_arn")[0] == "aws_dynamodb_table.this.arn"
    assert plan.policies == without.policies
