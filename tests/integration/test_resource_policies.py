"""Which AWS services may call what: the policies of functions, bucket, queues and topic, with their conditions.

Each call has the keys that AWS documents for it. No emulator checks the functions' permissions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from integration.policies_deployed import of_resources
from policies.evaluator import Call, is_allowed

from rollcall_local.credentials import ACCOUNT

if TYPE_CHECKING:
    from conftest import DeployedStack

pytestmark = pytest.mark.needs("iam enforced")

REGION = "eu-north-1"
HERE = f"{REGION}:{ACCOUNT}"
TOPIC = f"arn:aws:sns:{HERE}:rollcall-local-feedback"
SET = f"arn:aws:ses:{HERE}:configuration-set/rollcall-local"
RULE = f"arn:aws:events:{HERE}:rule/rollcall-local-sweep"
QUEUE = f"arn:aws:sqs:{HERE}:rollcall-local-mail"
BUCKET = f"arn:aws:s3:::rollcall-local-site-{ACCOUNT}"
OTHER = "111122223333"


def api(stack: DeployedStack, path: str, *, name: str | None = None) -> str:
    """Return the ARN of a method, as API Gateway gives it to Lambda."""
    apis = stack.client("apigateway").get_rest_apis()["items"]
    (own,) = (one["id"] for one in apis if one["name"] == "rollcall-local")
    return f"arn:aws:execute-api:{HERE}:{name or own}/v1/{path}"


def invoked(stack: DeployedStack, function: str, service: str, source: str) -> bool:
    """Return whether a service may invoke a function on behalf of a source."""
    arn = f"arn:aws:lambda:{HERE}:function:rollcall-local-{function}"
    call = Call("lambda:InvokeFunction", arn, {"aws:SourceArn": [source]}, f"{service}.amazonaws.com")
    return is_allowed(of_resources(stack)[arn]["Statement"], call)


@pytest.mark.parametrize(
    ("function", "path", "allowed"),
    [
        ("submit", "POST/registration", True),
        ("submit", "GET/forms/registration", True),
        ("submit", "DELETE/registration", False),
        ("links", "GET/my", True),
        ("links", "POST/my", True),
        ("links", "POST/registration", False),
    ],
)
def test_api__invokes_its_functions_for_their_methods(
    stack: DeployedStack, function: str, path: str, *, allowed: bool
) -> None:
    """Another API, or another service, invokes none."""
    assert invoked(stack, function, "apigateway", api(stack, path)) is allowed
    assert not invoked(stack, function, "apigateway", api(stack, path, name="other"))
    assert not invoked(stack, function, "events", api(stack, path))


def test_sweep_and_feedback__are_invoked_by_their_source_only(stack: DeployedStack) -> None:
    assert invoked(stack, "sweep", "events", RULE)
    assert not invoked(stack, "sweep", "events", RULE + "-other")
    assert invoked(stack, "feedback", "sns", TOPIC)
    assert not invoked(stack, "feedback", "sns", TOPIC + "-other")


@pytest.mark.parametrize(
    ("service", "account", "source", "allowed"),
    [
        ("ses", ACCOUNT, SET, True),
        ("ses", ACCOUNT, SET + "-other", False),
        ("ses", OTHER, SET, False),
        ("sns", ACCOUNT, SET, False),
    ],
)
def test_feedback__is_published_by_ses_for_this_stack(
    stack: DeployedStack, service: str, account: str, source: str, *, allowed: bool
) -> None:
    context = {"aws:SourceAccount": [account], "aws:SourceArn": [source]}
    call = Call("sns:Publish", TOPIC, context, f"{service}.amazonaws.com")

    assert is_allowed(of_resources(stack)[TOPIC]["Statement"], call) is allowed


def test_pages__are_read_by_the_distribution_only(stack: DeployedStack) -> None:
    """Encrypted, and by no other distribution; it can't write."""
    statements = of_resources(stack)[BUCKET]["Statement"]
    own = f"arn:aws:cloudfront::{ACCOUNT}:distribution/{stack.outputs['distribution_id']}"

    def may(action: str, source: str, *, encrypted: str = "true") -> bool:
        context = {"aws:SourceArn": [source], "aws:SecureTransport": [encrypted], "aws:SourceIp": ["192.0.2.1"]}
        return is_allowed(statements, Call(action, f"{BUCKET}/index.html", context, "cloudfront.amazonaws.com"))

    assert may("s3:GetObject", own)
    assert not may("s3:GetObject", own + "X")
    assert not may("s3:PutObject", own)
    assert not may("s3:GetObject", own, encrypted="false")


@pytest.mark.parametrize(("address", "refused"), [("192.0.2.1", True), ("127.0.0.1", False)])
def test_queue__refuses_unencrypted_calls_from_elsewhere(stack: DeployedStack, address: str, *, refused: bool) -> None:
    """Only the emulator's own machine may speak plain HTTP; in AWS no address may."""
    own = {"Effect": "Allow", "Action": "sqs:*", "Resource": "*"}
    call = Call("sqs:SendMessage", QUEUE, {"aws:SecureTransport": ["false"], "aws:SourceIp": [address]})

    assert is_allowed([own, *of_resources(stack)[QUEUE]["Statement"]], call) is not refused
