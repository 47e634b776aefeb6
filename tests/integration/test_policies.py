"""Rights, proven from the calls that the suites make: each call has its right, and each right its call."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest
from integration.policies_deployed import EVERYBODY, comparable, statements_of, statements_of_options
from policies.evaluator import is_allowed
from policies.recording import CONDITION_KEYS, FRESH, made, reviewed
from policies.rights import aws_only, rights, unused

from rollcall_local.credentials import ACCOUNT, Credentials, client

if TYPE_CHECKING:
    from conftest import DeployedStack
    from policies.evaluator import Statement
    from policies.recording import Recorded
    from policies.rights import Right


pytestmark = pytest.mark.needs("iam enforced")


@pytest.fixture(scope="module")
def calls() -> list[Recorded]:
    """What the suites call."""
    return reviewed()


@pytest.fixture
def statements(stack: DeployedStack, who: str) -> list[Statement]:
    """What one of them may do, in the deployed stack."""
    return [comparable(statement) for statement in statements_of(stack, who)]


@pytest.fixture
def unneeded(stack: DeployedStack, who: str, statements: list[Statement], calls: list[Recorded]) -> set[Right]:
    """The rights without which every call of theirs would still be allowed: each was taken away in turn.

    The manager's policy includes the reader's, whose rights only the reader's calls must need.
    """
    needed = [one.call for one in calls if one.who == who and one.allowed]
    readers = {statement["Sid"] for statement in statements_of(stack, "reader")} if who == "manager" else set()
    return {right for right in unused(statements, needed) if right.sid not in readers}


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_call__is_answered_as_the_policies_say(
    who: str, stack: DeployedStack, statements: list[Statement]
) -> None:
    """With every condition evaluated: allowed where the suites need it, refused where they expect that.

    In a run of all tests the deployer also turns options on, and holds what the guide gives for them.
    """
    theirs = [one for one in made() if one.who == who]
    if FRESH and who == "deployer":
        statements = [*statements, *statements_of_options(stack)]

    assert theirs
    assert [one.line for one in theirs if is_allowed(statements, one.call) != one.allowed] == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_each_right__is_missed_once_it_is_taken_away(who: str, unneeded: set[Right]) -> None:
    """What nothing misses goes from the policy, or into aws_only.toml with AWS's reason."""
    excused = aws_only()

    missed_by_nobody = {right for right in unneeded if not any(entry.is_about(who, right) for entry in excused)}

    assert sorted((right.sid, right.value) for right in missed_by_nobody) == []


@pytest.mark.parametrize("who", EVERYBODY)
def test_aws_only__names_rights_that_no_call_needs(who: str, statements: list[Statement], unneeded: set[Right]) -> None:
    """An entry whose right is gone, or that a call needs by now, is stale."""
    for entry in (entry for entry in aws_only() if who in entry.who):
        about = {right for right in rights(statements) if entry.is_about(who, right)}
        assert about, entry
        assert {right.value for right in about} >= set(entry.values), entry
        assert about <= unneeded, entry


def test_conditions__ask_only_for_what_is_recorded(stack: DeployedStack) -> None:
    """Otherwise a condition would be evaluated without its value."""
    every = [right for who in EVERYBODY for right in rights(statements_of(stack, who))]
    asked = {right.place[3] for right in every if right.place[1] == "Condition"}

    assert asked <= {*CONDITION_KEYS, "iam:PassedToService"}


def test_transaction__needs_its_rights_in_both_readings(stack: DeployedStack) -> None:
    """Each action may use each key of a transaction, because AWS doesn't say which keys its check sees."""
    iam, name = stack.client("iam"), f"reads-keys-{uuid.uuid4().hex[:12]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    theirs = client("dynamodb", stack.workspace, Credentials(key["AccessKeyId"], key["SecretAccessKey"]))
    item = {"pk": {"S": f"SEND#{name}"}, "sk": {"S": "X"}}
    count = {"pk": {"S": f"RATE#{name}"}, "sk": {"S": "X"}}
    writes = [
        {"Put": {"TableName": stack.table, "Item": item}},
        {"Update": {"TableName": stack.table, "Key": count, "UpdateExpression": "SET a = sk"}},
    ]

    def hold(**keys: list[str]) -> None:
        arn = f"arn:aws:dynamodb:{stack.workspace.region}:{ACCOUNT}:table/{stack.table}"
        statements = [
            {
                "Effect": "Allow",
                "Action": f"dynamodb:{action}",
                "Resource": arn,
                "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": patterns}},
            }
            for action, patterns in keys.items()
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName=name, PolicyName="keys", PolicyDocument=policy)

    hold(PutItem=["SEND#*"], UpdateItem=["RATE#*"])
    theirs.put_item(TableName=stack.table, Item=item)
    with pytest.raises(theirs.exceptions.ClientError, match="not authorized to perform: dynamodb:PutItem"):
        theirs.transact_write_items(TransactItems=writes)

    hold(PutItem=["SEND#*", "RATE#*"], UpdateItem=["SEND#*", "RATE#*"])
    theirs.transact_write_items(TransactItems=writes)


def test_aws_only__links_to_awss_pages() -> None:
    for entry in aws_only():
        assert entry.link.startswith("https://docs.aws.amazon.com/"), entry
        assert entry.why.endswith("."), entry
        assert set(entry.who) <= set(EVERYBODY), entry
