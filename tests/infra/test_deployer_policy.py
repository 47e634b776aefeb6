"""What the deployer may do: enough for the configuration, since these tests deploy with it, and no more."""

from __future__ import annotations

import json
import re
import string
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

import botocore.session
import pytest
from policies.evaluator import listed

from rollcall_local.credentials import DEPLOYER, client, deployer, deployer_policies
from rollcall_local.credentials import OPTIONS as LOCAL_OPTIONS
from rollcall_local.paths import find_root

if TYPE_CHECKING:
    from pathlib import Path

    from rollcall_local.paths import Workspace

#: Characters of a managed policy without white space: IAM and STS quotas. Each part keeps a quarter of it free.
MANAGED_POLICY_LIMIT = 6144
ROOM = MANAGED_POLICY_LIMIT // 4

#: Managed policies that a role may hold beside these: the state's, the reader's, some of the organisation's own.
MOST_PARTS = 3

LONGEST_STACK = "a" * 16

# Calls that name no resource, or that create one without a name.
WITHOUT_RESOURCE = {
    "cloudfront:CreateDistribution",
    "cloudfront:CreateOriginAccessControl",
    "cloudfront:CreateResponseHeadersPolicy",
    "lambda:ListEventSourceMappings",
    "logs:DescribeLogGroups",
    "sns:GetSubscriptionAttributes",
    "sns:SetSubscriptionAttributes",
    "sns:Unsubscribe",
}

OPTIONS_WITHOUT_RESOURCE = {
    "backup-storage:MountCapsule",
    "cloudfront:CreateCachePolicy",
    "cloudfront:CreateFunction",
    "cloudtrail:DescribeTrails",
    "cognito-idp:DescribeUserPoolDomain",
    "kms:ListAliases",
    "xray:GetSamplingRules",
}
"""Of the options' rights: AWS lets no policy name what these act on."""

# AWS, or the organisation's domain, names these. A condition narrows those that carry one.
WITHOUT_OUR_NAME = re.compile(
    r"^arn:aws:(apigateway:[^:]+::/(restapis(/\*(/stages/v1)?)?|tags/\*)|ses:.*:identity/\*"
    r"|wafv2:[^:]+:\d+:(global|regional)/managedruleset/\*/\*"
    r"|cloudfront::\d+:(origin-access-control|response-headers-policy)/\*)$"
)


# The same for options: the zone is the organisation's, and AWS names cache policies and its own roles.
WITHOUT_OUR_NAME_IN_OPTIONS = re.compile(
    r"^arn:aws:(apigateway:[^:]+::/domainnames(/\*)?|cloudfront::\d+:cache-policy/\*"
    r"|route53:::(change|hostedzone)/\*|iam::\d+:role/aws-service-role/[a-z.]+/\*)$"
)

OPTIONS = sorted((find_root() / "infra" / "terraform" / "deployer" / "options").glob("*.json"))
"""What a deployer needs besides, for an option of the same name."""


@pytest.fixture
def parts(configuration: Path) -> dict[str, str]:
    """Return the parts as shipped, by name."""
    return {file.stem: file.read_text(encoding="utf-8") for file in (configuration / "deployer").glob("*.json")}


def filled_in(text: str, *, region: str = "eu-north-1", partition: str = "aws") -> dict[str, Any]:
    names = {"account": "111122223333", "region": region, "stack": LONGEST_STACK, "partition": partition}
    document: dict[str, Any] = json.loads(string.Template(text).substitute(names))
    return document


@pytest.fixture
def statements(parts: dict[str, str]) -> list[dict[str, Any]]:
    """The statements of all parts."""
    return [statement for text in parts.values() for statement in filled_in(text)["Statement"]]


def allowed(statements: list[dict[str, Any]], action: str) -> list[dict[str, Any]]:
    """Return the statements that allow an action."""
    return [one for one in statements if any(fnmatchcase(action, pattern) for pattern in listed(one["Action"]))]


def partitions() -> list[tuple[str, str]]:
    """Return every partition that the SDK knows, with its longest Region name."""
    session = botocore.session.get_session()
    longest: list[tuple[str, str]] = []
    for partition in session.get_available_partitions():
        regions = {
            region
            for service in ("dynamodb", "ec2", "lambda", "s3")
            for region in session.get_available_regions(service, partition)
        }
        longest += [(partition, max(regions, key=len))] if regions else []
    return longest


def test_parts__have_the_four_placeholders(parts: dict[str, str]) -> None:
    assert len(parts) <= MOST_PARTS
    for name, text in parts.items():
        assert set(re.findall(r"\$\{(.*?)\}", text)) == {"account", "region", "stack", "partition"}, name


def test_parts__fit_into_managed_policies_everywhere(parts: dict[str, str]) -> None:
    """With the longest stack name, in every partition, in its Region with the longest name."""
    known = partitions()

    assert {"aws", "aws-cn", "aws-us-gov"} <= {partition for partition, _ in known}
    for partition, region in [*known, ("aws-us-gov", "us-gov-northwest-1"), ("aws", "ap-southeast-10")]:
        for name, text in parts.items():
            size = len(json.dumps(filled_in(text, region=region, partition=partition), separators=(",", ":")))
            assert size <= MANAGED_POLICY_LIMIT - ROOM, (name, partition, region)


@pytest.mark.parametrize("option", OPTIONS, ids=lambda file: file.stem)
def test_option__fits_into_a_policy_and_reaches_only_this_stack(option: Path) -> None:
    """What has no name of ours is bound to the stack's tag, to one service, or has no resource in AWS at all."""
    text = option.read_text(encoding="utf-8")
    size = len(json.dumps(filled_in(text, region="us-gov-northwest-1"), separators=(",", ":")))

    assert set(re.findall(r"\$\{(.*?)\}", text)) <= {"account", "region", "stack", "partition"}
    assert size <= MANAGED_POLICY_LIMIT - ROOM
    for statement in filled_in(text)["Statement"]:
        bound = re.search(
            rf"{LONGEST_STACK}|ViaService|CalledVia|PassedToService|AWSServiceName",
            json.dumps(statement.get("Condition", {})),
        )
        for resource in listed(statement["Resource"]):
            ours = re.search(rf"rollcall[-/]{LONGEST_STACK}", resource) or WITHOUT_OUR_NAME.match(resource)
            unnamed = set(listed(statement["Action"])) <= OPTIONS_WITHOUT_RESOURCE
            ours = ours or WITHOUT_OUR_NAME_IN_OPTIONS.match(resource)
            assert ours or bound or unnamed, (statement["Sid"], resource)


def test_regions__of_every_partition_are_accepted(configuration: Path) -> None:
    variables = (configuration / "variables.tf").read_text(encoding="utf-8")
    (pattern,) = re.findall(r'regex\("(.*?)", var\.region\)', variables)

    assert [region for _, region in partitions() if not re.search(pattern, region)] == []


def test_local_deployer__holds_exactly_these_policies(infra_workspace: Workspace, parts: dict[str, str]) -> None:
    """So the stacks that these tests and `make up` deploy prove that the policies are enough."""
    deployer(infra_workspace)
    iam = client("iam", infra_workspace)

    names = set(iam.list_user_policies(UserName=DEPLOYER)["PolicyNames"])

    assert names == {*parts, *LOCAL_OPTIONS} == set(deployer_policies(infra_workspace))
    for name in names:
        document = iam.get_user_policy(UserName=DEPLOYER, PolicyName=name)["PolicyDocument"]
        assert document == json.loads(deployer_policies(infra_workspace)[name])
    assert not iam.list_attached_user_policies(UserName=DEPLOYER)["AttachedPolicies"]


def test_deployer__reads_and_writes_the_description_and_no_key(statements: list[dict[str, Any]]) -> None:
    """A deployer can neither see nor set a key that signs links."""
    for action in ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage"):
        resources = [
            resource
            for statement in allowed(statements, f"secretsmanager:{action}")
            for resource in listed(statement["Resource"])
        ]
        key = f"arn:aws:secretsmanager:eu-north-1:111122223333:secret:rollcall/{LONGEST_STACK}/signing-key-aB3dE6"
        assert resources, action
        assert not [resource for resource in resources if fnmatchcase(key, resource)], action


def test_deployer__names_services_and_actions(statements: list[dict[str, Any]]) -> None:
    for statement in statements:
        for action in listed(statement["Action"]):
            assert re.fullmatch(r"[a-z0-9]+:(?!\*$)[A-Za-z*]+", action), statement["Sid"]


def test_deployer__reaches_only_resources_named_rollcall(statements: list[dict[str, Any]]) -> None:
    for statement in statements:
        for resource in listed(statement["Resource"]):
            ours = re.search(rf"rollcall[-/]{LONGEST_STACK}", resource) or WITHOUT_OUR_NAME.match(resource)
            bound = LONGEST_STACK in json.dumps(statement.get("Condition", {}))
            unnamed = resource == "*" and set(listed(statement["Action"])) <= WITHOUT_RESOURCE
            assert ours or bound or unnamed, (statement["Sid"], resource)


def test_deployer__may_change_a_roles_description(statements: list[dict[str, Any]]) -> None:
    assert allowed(statements, "iam:UpdateRoleDescription")


def test_deployer__passes_roles_to_lambda_only(statements: list[dict[str, Any]]) -> None:
    (passes,) = allowed(statements, "iam:PassRole")

    assert listed(passes["Action"]) == ["iam:PassRole"]
    assert passes["Condition"] == {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}


def test_deployer__invokes_only_the_sweep(statements: list[dict[str, Any]]) -> None:
    """As the operator's guide describes; events invoke the other functions."""
    (calls,) = allowed(statements, "lambda:InvokeFunction")

    assert listed(calls["Resource"]) == [
        f"arn:aws:lambda:eu-north-1:111122223333:function:rollcall-{LONGEST_STACK}-sweep"
    ]


@pytest.mark.parametrize("action", ["iam:DetachGroupPolicy", "iam:DetachRolePolicy", "iam:DetachUserPolicy"])
def test_deployer__detaches_only_the_staffs_policies(statements: list[dict[str, Any]], action: str) -> None:
    (detaches,) = allowed(statements, action)

    staff = f"arn:aws:iam::111122223333:policy/staff/rollcall-{LONGEST_STACK}-*"
    assert detaches["Condition"] == {"ArnLike": {"iam:PolicyARN": staff}}


def test_deployer__attaches_no_policy(statements: list[dict[str, Any]]) -> None:
    """Otherwise the deployer could take over the whole account."""
    kinds = ("Group", "Role", "User")

    assert [kind for kind in kinds if allowed(statements, f"iam:Attach{kind}Policy")] == []


def test_deployer__writes_the_staffs_policies_and_never_its_own(statements: list[dict[str, Any]]) -> None:
    written = {
        resource for one in allowed(statements, "iam:CreatePolicyVersion") for resource in listed(one["Resource"])
    }

    def reached(policy: str) -> bool:
        return any(fnmatchcase(f"arn:aws:iam::111122223333:policy/{policy}", resource) for resource in written)

    assert reached(f"staff/rollcall-{LONGEST_STACK}-manager")
    for part in ("site-and-api", "functions", "data-and-mail"):
        assert not reached(f"rollcall-{LONGEST_STACK}-deployer-{part}")
