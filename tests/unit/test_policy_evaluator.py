"""The evaluator of IAM policies, against what AWS's user guide says of each element."""

from __future__ import annotations

from typing import Any

import pytest
from policies.evaluator import Call, is_allowed
from policies.rights import unused

TABLE = "arn:aws:dynamodb:eu-north-1:111122223333:table/rollcall"


def allows(
    *, effect: str = "Allow", action: str = "dynamodb:GetItem", resource: str = TABLE, **more: Any
) -> dict[str, Any]:
    return {"Sid": effect, "Effect": effect, "Action": action, "Resource": resource} | more


def reads(*keys: str, **context: str) -> Call:
    values = {name.replace("_", ":"): [value] for name, value in context.items()}
    return Call("dynamodb:GetItem", TABLE, values | ({"dynamodb:LeadingKeys": keys} if keys else {}))


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        (allows(), True),
        (allows(action="DynamoDB:Get*"), True),
        (allows(action="dynamodb:Get"), False),
        (allows(resource="*"), True),
        (allows(resource=TABLE.replace("rollcall", "roll????")), True),
        (allows(resource=TABLE.upper()), False),
        (allows(resource=TABLE + "/index/*"), False),
    ],
)
def test_action_and_resource__match_as_in_aws(statement: dict[str, Any], *, allowed: bool) -> None:
    """An action ignores case; a resource doesn't; * and ? are the only wildcards."""
    assert is_allowed([statement], reads()) is allowed


@pytest.mark.parametrize(
    ("operator", "key", "expected", "call", "allowed"),
    [
        ("ForAllValues:StringLike", "dynamodb:LeadingKeys", ["SUB#*", "REF#*"], reads("SUB#1", "REF#2"), True),
        ("ForAllValues:StringLike", "dynamodb:LeadingKeys", ["SUB#*"], reads("SUB#1", "REF#2"), False),
        ("ForAllValues:StringLike", "dynamodb:LeadingKeys", ["SUB#*"], reads(), True),
        ("StringEquals", "ses:FromAddress", "a@b.se", reads(ses_FromAddress="a@b.se"), True),
        ("StringEquals", "SES:fromaddress", "a@b.se", reads(ses_FromAddress="a@b.se"), True),
        ("StringEquals", "ses:FromAddress", "a@b.se", reads(ses_FromAddress="A@b.se"), False),
        ("StringEquals", "ses:FromAddress", "a@b.se", reads(), False),
        ("StringEqualsIfExists", "ses:FromAddress", "a@b.se", reads(), True),
        ("StringEqualsIfExists", "ses:FromAddress", "a@b.se", reads(ses_FromAddress="c@b.se"), False),
        ("ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:a*", reads(aws_SourceArn="arn:aws:s3:::ab:c"), True),
        ("ArnLike", "aws:SourceArn", "arn:aws:*:::a", reads(aws_SourceArn="arn:aws:s3:x::a"), False),
        ("Bool", "aws:SecureTransport", "false", reads(aws_SecureTransport="false"), True),
        ("NotIpAddress", "aws:SourceIp", ["127.0.0.0/8"], reads(aws_SourceIp="127.0.0.1"), False),
        ("NotIpAddress", "aws:SourceIp", ["127.0.0.0/8"], reads(aws_SourceIp="192.0.2.1"), True),
        ("NotIpAddress", "aws:SourceIp", ["127.0.0.0/8"], reads(), True),
    ],
)
def test_condition__holds_as_in_aws(operator: str, key: str, expected: Any, call: Call, *, allowed: bool) -> None:
    """A missing key meets IfExists, ForAllValues and a negated operator, and no other."""
    assert is_allowed([allows(Condition={operator: {key: expected}})], call) is allowed


def test_deny__wins() -> None:
    assert not is_allowed([allows(), allows(effect="Deny", action="dynamodb:*")], reads())


def test_principal__is_the_calling_service() -> None:
    statement = allows(Principal={"Service": "ses.amazonaws.com"})

    assert is_allowed([statement], Call("dynamodb:GetItem", TABLE, service="ses.amazonaws.com"))
    assert not is_allowed([statement], Call("dynamodb:GetItem", TABLE, service="sns.amazonaws.com"))


@pytest.mark.parametrize(
    "unknown",
    [
        {"NotAction": "*"},
        {"Principal": {"AWS": "111122223333"}},
        {"Condition": {"NumericEquals": {"aws:EpochTime": "1"}}},
    ],
)
def test_evaluator__refuses_what_it_does_not_know(unknown: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the evaluator doesn't know"):
        is_allowed([allows(**unknown)], reads())


def test_unused__finds_each_value_that_no_call_needs() -> None:
    """In actions, in resources and in conditions; also what another statement allows."""
    keys = {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["SUB#*", "REF#*"]}}
    wide = {
        "Sid": "Wide",
        "Effect": "Allow",
        "Action": ["dynamodb:GetItem", "dynamodb:Query"],
        "Resource": [TABLE, "x"],
    }

    unneeded = [right.value for right in unused([wide | {"Condition": keys}], [reads("SUB#1")])]
    doubled = [right.value for right in unused([allows(), allows()], [reads("SUB#1")])]

    assert unneeded == ["dynamodb:Query", "x", "REF#*"]
    assert doubled == ["dynamodb:GetItem", TABLE, "dynamodb:GetItem", TABLE]
