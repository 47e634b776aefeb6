"""What operators ask about a stack with the command line, on the deployed stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from conftest import wait_until

if TYPE_CHECKING:
    from conftest import DeployedStack
    from integration.staff import Staff


@pytest.mark.needs("iam enforced")
def test_doctor__finds_nothing_wrong_and_readers_may_run_it(reader: Staff) -> None:
    """Left out: the functions' configuration, and seats and spam, which other tests change."""
    ran = reader.done("doctor", "--json", "all")

    checks = {each["check"]: each for each in json.loads(ran.out)}
    assert checks.pop("spam")["health"] in ("ok", "warning")
    assert {name: each["health"] for name, each in checks.items() if each["health"] != "ok"} == {
        "functions": "skipped",
        "desk": "skipped",
        "addresses": "skipped",
        "sandbox": "skipped",
        "concurrency": "skipped",
        "seats": "warning",
    }
    assert checks["credentials"]["says"] == "arn:aws:iam::000000000000:user/staff-reader, account 000000000000"
    assert "Your role lacks lambda:GetFunctionConfiguration." in checks["functions"]["says"]


def test_doctor__of_the_deployer_sees_every_function(deployer: Staff) -> None:
    """The deployer's policy allows it anyway. A mapping may still be updating after another test."""

    def is_healthy() -> bool:
        checks = {each["check"]: each["health"] for each in json.loads(deployer("doctor", "--json", "all").out)}
        return (checks["functions"], checks["mappings"]) == ("ok", "ok")

    wait_until(is_healthy, what="functions and mappings that doctor finds healthy")


def test_doctor_deep__repairs_a_table_in_use(manager: Staff, stack: DeployedStack) -> None:
    """Managers may. Other tests register meanwhile, and only what this one damaged is of interest."""
    quota = {
        "pk": {"S": "QUOTA#nobodys-form#a"},
        "sk": {"S": "QUOTA"},
        "form": {"S": "nobodys-form"},
        "option": {"S": "a"},
    }
    counts = {
        name: {"N": number} for name, number in {"capacity": "2", "taken": "1", "tickets": "0", "departed": "0"}.items()
    }
    stack.client("dynamodb").put_item(TableName=stack.table, Item=quota | counts)

    def health() -> list[str]:
        ran = manager("doctor", "--deep", "--json", "all", *options)
        return [each["health"] for each in json.loads(ran.out) if each["says"].startswith("nobodys-form, a: the quota")]

    options: tuple[str, ...] = ()
    assert health() == ["failure"]
    options = ("--repair", "--yes")
    assert health() == ["repaired"]
    assert health() == []


@pytest.mark.needs("iam enforced")
def test_doctor_deep__is_refused_to_readers(reader: Staff) -> None:
    refused = reader("doctor", "--deep")

    assert (refused.code, "Your AWS role is not allowed to do this." in refused.err) == (4, True), refused.err


def test_guard_keys__are_for_managers(manager: Staff) -> None:
    """A rotation needs the item in the table, and the right to it."""
    assert "announce a new guard key" in manager.done("keys", "rotate", "--dry-run").err


@pytest.mark.needs("iam enforced")
def test_guard_keys__are_hidden_from_readers(reader: Staff) -> None:
    refused = reader("keys", "rotate", "--dry-run")

    assert (refused.code, "It lacks dynamodb:GetItem." in refused.err) == (4, True)


@pytest.mark.needs("iam enforced")
def test_site_publish__names_what_staff_lack(manager: Staff, stack: DeployedStack) -> None:
    """Only the deployer publishes pages."""
    assert stack.outputs["site_bucket"]

    ran = manager("site", "publish", "--dry-run")

    assert ran.code == 4
    assert "Your AWS role is not allowed to do this. It lacks s3:ListBucket." in ran.err


def test_infra_output__prints_what_terraform_made(
    manager: Staff, stack: DeployedStack, capfd: pytest.CaptureFixture[str]
) -> None:
    """Output and exit code are Terraform's, from the local system's workspace."""
    assert manager("infra", "output", "-raw", "table").code == 0
    assert capfd.readouterr().out == stack.table

    assert manager("infra", "output", "nonsense").code == 1


def test_infra_plan__signals_changes_by_its_exit_code(manager: Staff, capfd: pytest.CaptureFixture[str]) -> None:
    """Only the log level differs; words and codes are Terraform's own."""
    assert manager("infra", "plan", "-detailed-exitcode", "-no-color", "-var", "log_level=DEBUG").code == 2
    assert '"LOG_LEVEL"' in capfd.readouterr().out
