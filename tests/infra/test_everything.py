"""What holds for every resource, whichever options are on: two plans have all of them between them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from infra.options import EVERYTHING, EXCLUDED
from infra.test_upgrade import OTHER_VALUES

if TYPE_CHECKING:
    from infra.planned import Plan

ESSENTIALS = {
    *("forms", "allowed_origins", "log_retention_days", "log_level", "throttle", "rate_limits", "reserved_concurrency"),
    *("plaintext_sources", "tags"),
}
"""Values that every stack has."""

NAME_LIMITS = {
    "aws_backup_vault": 50,
    "aws_cloudfront_function": 64,
    "aws_codeconnections_connection": 32,
    "aws_iam_role": 64,
    "aws_lambda_function": 64,
    "aws_s3_bucket": 63,
    "aws_sqs_queue": 80,
    "aws_xray_sampling_rule": 32,
}
"""Characters that AWS allows in a name, for the types that allow few."""

LONGEST_STACK = "a" * 16

POLICY_LIMITS = {"aws_iam_policy": 6144, "aws_iam_role_policy": 10240}
"""Characters of a managed policy, and of all policies inside a role: IAM and STS quotas."""

MOST_ATTACHED = 10

SHARED_NAMES = {"aws_route53_record", "aws_backup_vault"}
"""Records of two types have one name; vaults of two Regions do."""


@pytest.fixture(params=["everything", "alternatives"])
def options(request: pytest.FixtureRequest) -> Plan:
    plan: Plan = request.getfixturevalue(request.param)
    return plan


def name_of(values: dict[str, Any]) -> str | None:
    return next((values[key] for key in ("name", "function_name", "bucket", "rule_name") if values.get(key)), None)


def test_plans__have_every_option() -> None:
    assert OTHER_VALUES.keys() - ESSENTIALS <= EVERYTHING.keys() | EXCLUDED.keys()


def test_options__take_nothing_away(options: Plan, plans: dict[str, Plan]) -> None:
    """What a stack without options has keeps its address, so that turning one on replaces nothing."""
    assert plans["local"].addresses <= options.addresses


def test_log_groups__expire(options: Plan) -> None:
    for address, group in options.all("aws_cloudwatch_log_group").items():
        assert group["retention_in_days"] > 0, address


def test_buckets__are_private_and_made_by_one_module(options: Plan) -> None:
    buckets = options.all("aws_s3_bucket")
    blocks = options.all("aws_s3_bucket_public_access_block")

    assert len(buckets) >= 3
    for address in buckets:
        module = address.removesuffix(".aws_s3_bucket.this")
        private = blocks[f"{module}.aws_s3_bucket_public_access_block.this"]
        assert options.source_of(module).endswith("/bucket"), address
        assert all(value for name, value in private.items() if name.startswith(("block_", "ignore_", "restrict_")))


def test_names__are_the_stacks_and_given_once(options: Plan) -> None:
    """Two options that make a resource of one name would fail at the apply."""
    changes = [one for one in options.described["resource_changes"] if one["mode"] == "managed"]
    names = Counter(
        (one["type"], name)
        for one in changes
        if one["type"] not in SHARED_NAMES | {"aws_iam_role_policy", "aws_lambda_permission"}
        and not one["type"].startswith("aws_s3_bucket_")
        and (name := name_of(one["change"]["after"]))
    )

    assert [name for name, count in names.items() if count > 1] == []
    for kind in ("aws_iam_role", "aws_iam_policy", *NAME_LIMITS):
        for address, values in options.all(kind).items():
            name = name_of(values)
            assert name is not None, address
            assert re.match(r"rollcall-local\b", name), address
            assert len(name.replace("local", LONGEST_STACK, 1)) <= NAME_LIMITS.get(kind, 64), address


def size_of(policy: str | None) -> int:
    """Return how many characters count with the longest names: IAM leaves out white space.

    A policy with ARNs that are unknown before the apply counts nothing.
    """
    text = re.sub(r"\s", "", policy or "")
    for short, longest in (("eu-north-1", "us-gov-northwest-1"), ("arn:aws:", "arn:aws-us-gov:")):
        text = text.replace(short, longest)
    return len(re.sub(r"\blocal\b", LONGEST_STACK, text))


def test_rights__fit_into_roles_and_policies(options: Plan) -> None:
    inside: Counter[str] = Counter()
    for address, policy in options.all("aws_iam_role_policy").items():
        inside[address.split(".aws_iam_role_policy")[0]] += size_of(policy.get("policy"))
    attached = Counter(address.split(".aws_iam")[0] for address in options.all("aws_iam_role_policy_attachment"))

    assert max(attached.values()) <= MOST_ATTACHED, attached
    assert max(inside.values()) <= POLICY_LIMITS["aws_iam_role_policy"], inside
    for address, policy in options.all("aws_iam_policy").items():
        assert size_of(policy.get("policy")) <= POLICY_LIMITS["aws_iam_policy"], address


def test_resources__are_all_tagged(options: Plan) -> None:
    wanted = {"Project": "rollcall", "Stack": "local"}.items()

    untagged = [
        change["address"]
        for change in options.described["resource_changes"]
        if "tags_all" in (change["change"]["after"] or {})
        and not wanted <= (change["change"]["after"]["tags_all"] or {}).items()
    ]

    assert untagged == []
