"""Upgrading: a plan over an older version's state, or with other values, keeps everything that holds data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from infra.old_states import FOLDER, HOLDS_DATA, REPLACEABLE, addresses, state_of
from infra.planned import Plan, plan_as_json

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.terraform import LocalTerraform

RECORDS = sorted(path.stem for path in FOLDER.glob("*.json"))

OTHER_VALUES = {
    "forms": ["workshop"],
    "domain": {"site": "kuggen.se", "redirects": ["www.kuggen.se"], "zone_id": "Z0123456789ABCDEFGHIJ"},
    "one_origin": {},
    "allowed_origins": ["https://kuggen.se"],
    "deletion_protection": True,
    "log_retention_days": 30,
    "log_level": "DEBUG",
    "throttle": {"rate": 1, "burst": 1},
    "rate_limits": {"per_address": 7, "per_email": 7},
    "turnstile": {"secret_name": "turnstile"},
    "reserved_concurrency": {"notify": 2},
    "api_access_logs": {"retention_days": 7},
    "alarm_email": "operators@kuggen.se",
    "backup": {},
    "replica_regions": ["eu-central-1"],
    "alarms": {"functions": ["submit"], "no_submissions_days": 7},
    "dashboard": {"days": 7},
    "site_access_logs": {"retention_days": 30},
    "plaintext_sources": ["127.0.0.0/8", "::1/128"],
    "tags": {"Owner": "office"},
    "firewall": {},
    "access": {},
    "staff_auth": {"kind": "cognito"},
    "webhooks": {},
    "files": {},
    "embed_on": {"workshop": ["https://school.kuggen.se"]},
    "trail": {"retention_days": 30, "events": ["table"]},
    "tracing": {"rate": 0},
    "budget": {"monthly_usd": 5, "emails": ["operators@kuggen.se"]},
    "delivery": {"kind": "github", "repository": "kuggen/ours", "state_bucket": "kuggen-terraform-state"},
}
"""What an operator may change in the values of a stack that runs, all at once."""

OWN_KEY = {"encryption": {}}
"""The same, for what excludes copies in other Regions."""

NAMES = {"stack", "region", "table_name", "takes_over", "sender", "sender_domain", "existing_identity"}
"""Values that name another stack, table or identity."""

RETIRED = {"site_domain"}
"""Names that only say what replaced them."""

PLACES = {"package_path", "site_url", "api_url"}
"""Values that every run of these tests sets."""


def planned_over(
    terraform: LocalTerraform, folder: Path, record: list[dict[str, Any]], values: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return the changes that Terraform plans over an old state, without asking the emulator about it."""
    (address,) = (terraform.configuration.parent / "mirror").glob("*/*/*")
    state = folder / "old.tfstate"
    state.write_text(state_of(record, "/".join(address.parts[-3:])), encoding="utf-8")
    described = plan_as_json(terraform, values=values, state=str(state), refresh=False)
    changes: list[dict[str, Any]] = described["resource_changes"]
    return changes


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (RECORDS[0], {}),
        *(pytest.param(written, {}, marks=pytest.mark.full) for written in RECORDS[1:]),
        (RECORDS[-1], OTHER_VALUES),
        pytest.param(RECORDS[-1], OWN_KEY, marks=pytest.mark.full),
    ],
)
def test_upgrade__keeps_what_holds_data(
    terraform: LocalTerraform, tmp_path: Path, written: str, values: dict[str, Any]
) -> None:
    """What an older version deployed is found again, and neither replaced nor deleted."""
    record = json.loads((FOLDER / f"{written}.json").read_text(encoding="utf-8"))

    changes = planned_over(terraform, tmp_path, record, values)

    at_risk = {
        change["address"]: HOLDS_DATA[change["type"]]
        for change in changes
        if change["type"] in HOLDS_DATA and "delete" in change["change"]["actions"]
    }
    found = {change.get("previous_address", change["address"]) for change in changes if change["change"]["before"]}
    assert at_risk == {}
    assert found == addresses(record)


SHORT_NAMES = {"api_errors": "api-errors", "mail_waits": "mail-waits", "stream_waits": "stream-waits"}
FUNCTIONS = ("submit", "links", "sweep", "dispatch", "notify", "feedback")


def old_alarms() -> list[dict[str, Any]]:
    """Return the alarms of the versions before the option `alarms`, as their states hold them."""
    names = {
        **{resource: {None: f"rollcall-local-{name}"} for resource, name in SHORT_NAMES.items()},
        "dead_letters": {
            f"rollcall-local-{queue}-dead-letters": f"rollcall-local-{queue}-dead-letters"
            for queue in ("mail", "stream", "feedback")
        },
        "function_errors": {f"rollcall-local-{name}": f"rollcall-local-{name}-errors" for name in FUNCTIONS},
        "function_throttles": {f"rollcall-local-{name}": f"rollcall-local-{name}-throttles" for name in FUNCTIONS},
    }
    return [
        {
            "module": "module.alarms",
            "type": "aws_cloudwatch_metric_alarm",
            "name": resource,
            "instances": [
                ({} if key is None else {"index_key": key})
                | {"attributes": {"id": name, "alarm_name": name, "evaluation_periods": 1}}
                for key, name in instances.items()
            ],
        }
        for resource, instances in names.items()
    ]


def test_upgrade__deletes_no_alarm_that_another_resource_makes(terraform: LocalTerraform, tmp_path: Path) -> None:
    """Terraform would do both at once, and CloudWatch knows an alarm by its name: it could end up deleted."""
    changes = planned_over(terraform, tmp_path, old_alarms(), {"alarms": {"functions": ["submit"]}})

    alarms = [change["change"] for change in changes if change["type"] == "aws_cloudwatch_metric_alarm"]
    deleted = {alarm["before"]["alarm_name"] for alarm in alarms if "delete" in alarm["actions"]}
    made = {alarm["after"]["alarm_name"] for alarm in alarms if "create" in alarm["actions"]}
    kinds = ("errors", "throttles")
    assert deleted == {f"rollcall-local-{name}-{kind}" for name in FUNCTIONS[1:] for kind in kinds}
    assert made == {
        f"rollcall-local-{name}" for name in ("sweep-stopped", "bounces", "complaints", "api-throttles", "submit-slow")
    }


def test_types__either_hold_data_or_may_be_replaced(plan: Plan) -> None:
    """A new type of resource has to be sorted into one of the two before it ships."""
    assert plan.types <= HOLDS_DATA.keys() | REPLACEABLE
    assert not HOLDS_DATA.keys() & REPLACEABLE


def test_other_values__are_all_that_an_operator_may_change(plan: Plan) -> None:
    assert plan.variables.keys() == OTHER_VALUES.keys() | OWN_KEY.keys() | NAMES | PLACES | RETIRED
