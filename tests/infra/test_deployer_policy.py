"""What the deployer may do: enough for the configuration (the stacks of these tests are made with it), and not more."""

from __future__ import annotations

import json
import re
import string
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

MANAGED_POLICY_LIMIT = 6144  # characters, white space not counted: IAM and STS quotas

LONGEST_STACK = "a" * 16

# Calls that know no resource, or whose resource has no name yet, and what only reads tags.
WITHOUT_RESOURCE = {
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListTagsForResource",
    "dynamodb:ListTagsOfResource",
    "lambda:ListTags",
    "logs:DescribeLogGroups",
    "secretsmanager:GetRandomPassword",
    "ses:ListTagsForResource",
    "sns:*SubscriptionAttributes",
    "sns:Unsubscribe",
    "sts:GetCallerIdentity",
}

# These are named by AWS, or by the organisation's domain.
WITHOUT_OUR_NAME = re.compile(r"^arn:aws:(apigateway:[^:]+::/(restapis(/\*)?|tags/\*)|ses:.*:identity/\*)$")


@pytest.fixture
def text(configuration: Path) -> str:
    return (configuration / "deployer-policy.json").read_text(encoding="utf-8")


@pytest.fixture
def statements(text: str) -> list[dict[str, Any]]:
    filled = string.Template(text).substitute(
        account="111122223333", region="eu-north-1", stack=LONGEST_STACK, partition="aws"
    )
    found: list[dict[str, Any]] = json.loads(filled)["Statement"]
    return found


def listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def test_deployer_policy__has_the_four_placeholders(text: str) -> None:
    assert set(re.findall(r"\$\{(.*?)\}", text)) == {"account", "region", "stack", "partition"}


def test_deployer_policy__fits_into_a_managed_policy(statements: list[dict[str, Any]]) -> None:
    whole = {"Version": "2012-10-17", "Statement": statements}

    assert len(json.dumps(whole, separators=(",", ":"))) <= MANAGED_POLICY_LIMIT


def test_deployer_policy__names_services_and_actions(statements: list[dict[str, Any]]) -> None:
    for statement in statements:
        for action in listed(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9]+:(?!\*$)[A-Za-z*]+", action), statement["Sid"]


def test_deployer_policy__reaches_what_is_named_rollcall(statements: list[dict[str, Any]]) -> None:
    for statement in statements:
        for resource in listed(statement["Resource"]):
            if resource == "*":
                bound = LONGEST_STACK in json.dumps(statement.get("Condition", {}))
                ours_by_id = all(action.startswith("cloudfront:") for action in listed(statement["Action"]))
                assert bound or ours_by_id or set(listed(statement["Action"])) <= WITHOUT_RESOURCE, statement["Sid"]
            else:
                ours = re.search(rf"rollcall[-/]{LONGEST_STACK}", resource)
                assert ours or WITHOUT_OUR_NAME.match(resource), statement["Sid"]


def test_deployer_policy__may_change_what_a_role_is_said_to_be(statements: list[dict[str, Any]]) -> None:
    allowed = [action for statement in statements for action in listed(statement["Action"])]

    assert any(fnmatchcase("iam:UpdateRoleDescription", action) for action in allowed)


def test_deployer_policy__hands_roles_to_lambda_alone(statements: list[dict[str, Any]]) -> None:
    (passes,) = (statement for statement in statements if "iam:PassRole" in listed(statement["Action"]))

    assert listed(passes["Action"]) == ["iam:PassRole"]
    assert passes["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def test_deployer_policy__writes_the_staffs_policies_and_never_its_own(statements: list[dict[str, Any]]) -> None:
    """Or whoever deploys could give themselves the whole account."""
    written = {
        resource
        for statement in statements
        for resource in listed(statement["Resource"])
        if any(fnmatchcase("iam:CreatePolicyVersion", action) for action in listed(statement["Action"]))
    }

    def reached(policy: str) -> bool:
        return any(fnmatchcase(f"arn:aws:iam::111122223333:policy/{policy}", resource) for resource in written)

    assert reached(f"staff/rollcall-{LONGEST_STACK}-manager")
    assert not reached(f"rollcall-{LONGEST_STACK}-deployer")
