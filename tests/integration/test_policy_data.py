"""Every policy, checked against AWS's own definition data in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from string import Template
from typing import TYPE_CHECKING, Any

import pytest
from conftest import ROOT
from integration.policies_deployed import EVERYBODY, held_by, of_resources

if TYPE_CHECKING:
    from conftest import DeployedStack

PYTHON = ROOT / ".venvs" / "policies" / "bin" / "python"
JUDGE = ROOT / "tests" / "policies" / "judge.py"

pytestmark = [pytest.mark.full, pytest.mark.needs("iam enforced")]


def judged(policies: dict[str, Any]) -> list[str]:
    """Return what the judge says of each document."""
    assert PYTHON.is_file(), "The judges are not installed: make test-policies installs them."
    command = [PYTHON, "-W", "ignore::UserWarning", JUDGE]  # of pkg_resources, which parliament imports
    ran = subprocess.run(command, input=json.dumps(policies), capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout.splitlines()


def test_policies__fit_awss_own_data(stack: DeployedStack) -> None:
    """Every action, resource type and condition key exists, and they fit each other."""
    identities = {
        f"{who}, part {number}": document
        for who in EVERYBODY
        for number, document in enumerate(held_by(stack, who), start=1)
    }

    resources = of_resources(stack)
    for arn in (arn for arn in resources if ":lambda:" in arn):
        for statement in resources[arn]["Statement"]:
            del statement["Sid"]  # the ID of a permission may have hyphens, unlike another Sid

    assert judged(identities | resources) == []


def test_options_of_the_deployer__fit_awss_own_data() -> None:
    """No emulator proves these: they are for what only AWS has."""
    names = {"account": "111122223333", "region": "eu-north-1", "stack": "prod", "partition": "aws"}
    options = (ROOT / "infra" / "terraform" / "deployer" / "options").glob("*.json")

    assert judged({file.stem: json.loads(Template(file.read_text()).substitute(names)) for file in options}) == []


@pytest.mark.parametrize(
    ("part", "finding"),
    [
        ({"Action": "sqs:SendMessages"}, "AWS has no action sqs:SendMessages"),
        ({"Action": "nosuch:SendMessage"}, "AWS has no action nosuch:SendMessage"),
        ({"Resource": "*"}, "sqs:SendMessage works on single resources, and the statement allows all"),
        (
            {"Resource": "arn:aws:sns:eu-north-1:111122223333:a"},
            "sqs:SendMessage works on none of the statement's resources",
        ),
        ({"Condition": {"StringEquals": {"sqs:NoSuchKey": "a"}}}, "sqs:SendMessage doesn't provide sqs:NoSuchKey"),
        (
            {"Condition": {"ArnLike": {"aws:ResourceTag/Stack": "a"}}},
            "ArnLike doesn't fit the type of aws:ResourceTag/Stack",
        ),
    ],
)
def test_judge__finds_each_kind_of_mistake(part: dict[str, Any], finding: str) -> None:
    statement = {
        "Sid": "A",
        "Effect": "Allow",
        "Action": "sqs:SendMessage",
        "Resource": "arn:aws:sqs:eu-north-1:111122223333:a",
    }

    assert judged({"right": {"Version": "2012-10-17", "Statement": [statement]}}) == []
    assert f"wrong: A: {finding}" in judged({"wrong": {"Version": "2012-10-17", "Statement": [statement | part]}})
