"""What those who run a stack ask of it by the command line, on the deployed stack."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest
    from conftest import DeployedStack
    from integration.staff import Staff


def test_doctor__finds_nothing_wrong_and_a_reader_may_ask_it(reader: Staff) -> None:
    """All but the functions' own configuration; and places and spam, which tests have changed."""
    ran = reader.done("doctor", "--json", "all")

    found = {each["check"]: each for each in json.loads(ran.out)}
    assert found.pop("spam")["health"] in ("ok", "warning")
    assert {name: each["health"] for name, each in found.items() if each["health"] != "ok"} == {
        "functions": "skipped",
        "addresses": "skipped",
        "sandbox": "skipped",
        "concurrency": "skipped",
        "places": "warning",
    }
    assert found["credentials"]["says"] == "arn:aws:iam::000000000000:user/staff-reader, account 000000000000"
    assert "it lacks lambda:GetFunctionConfiguration." in found["functions"]["says"]


def test_doctor__of_the_deployer_sees_every_function(deployer: Staff) -> None:
    """What its policy allows anyway."""
    found = {each["check"]: each for each in json.loads(deployer("doctor", "--json", "all").out)}

    assert (found["functions"]["health"], found["mappings"]["health"]) == ("ok", "ok")


def test_guard_keys__are_a_manager_s_to_change_and_no_reader_sees_them(manager: Staff, reader: Staff) -> None:
    """Rotating needs the item in the table, and the right to it."""
    assert "announce a new guard key" in manager.done("keys", "rotate", "--dry-run").err

    refused = reader("keys", "rotate", "--dry-run")

    assert (refused.code, "it lacks dynamodb:GetItem." in refused.err) == (4, True)


def test_site_publish__is_not_for_staff_and_names_what_they_lack(manager: Staff, stack: DeployedStack) -> None:
    """The pages are the deployer's."""
    assert stack.outputs["site_bucket"]

    ran = manager("site", "publish", "--dry-run")

    assert ran.code == 4
    assert "Your AWS role may not do this: it lacks s3:ListBucket." in ran.err


def test_infra_output__prints_what_terraform_made(
    manager: Staff, stack: DeployedStack, capfd: pytest.CaptureFixture[str]
) -> None:
    """Terraform's own output and exit code, by the local system's workspace."""
    assert manager("infra", "output", "-raw", "table").code == 0
    assert capfd.readouterr().out == stack.table

    assert manager("infra", "output", "nonsense").code == 1


def test_infra_plan__says_by_its_exit_code_that_there_is_something_to_change(
    manager: Staff, capfd: pytest.CaptureFixture[str]
) -> None:
    """What was brought up, but for the log level: in Terraform's own words and codes."""
    assert manager("infra", "plan", "-detailed-exitcode", "-no-color", "-var", "log_level=DEBUG").code == 2
    assert '"LOG_LEVEL"' in capfd.readouterr().out
