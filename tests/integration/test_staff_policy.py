"""Every action in the staff's policies is needed: without it, some command reports that it lacks it."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from integration.api_requests import example, send
from integration.policies_deployed import STAFF, statements_of
from integration.staff import with_policy
from integration.test_cli_mails import pointer
from policies.evaluator import listed
from policies.rights import aws_only

from admin_cli.aws.contexts import Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import DeployedStack

pytestmark = pytest.mark.full

DOCTOR = "doctor --json says"
RESEND = "mail resend REFERENCE --again --no-wait --yes"

UNSUPPRESS = "mail unsuppress REFERENCE --yes"
SAID_AND_GONE_ON = (DOCTOR, UNSUPPRESS)

#: Each action, and a command that needs it.
NEEDED = {
    "secretsmanager:GetSecretValue": "list",
    "secretsmanager:ListSecrets": "list --context other",
    "dynamodb:GetItem": "list",
    "dynamodb:Query": "list",
    "dynamodb:BatchGetItem": "quota list",
    "dynamodb:Scan": "doctor --deep",
    "dynamodb:DescribeContinuousBackups": DOCTOR,
    "dynamodb:DescribeTable": DOCTOR,
    "dynamodb:DescribeTimeToLive": DOCTOR,
    "sqs:GetQueueAttributes": DOCTOR,
    "ses:GetEmailIdentity": DOCTOR,
    "lambda:ListEventSourceMappings": DOCTOR,
    "dynamodb:PutItem": "edit REFERENCE guardian=Ada --yes",
    "dynamodb:UpdateItem": "edit REFERENCE guardian=Ada --yes",
    "dynamodb:DeleteItem": "status set REFERENCE cancelled --yes",
    "dynamodb:ConditionCheckItem": RESEND,
    "sqs:SendMessage": RESEND,
    "ses:DeleteSuppressedDestination": UNSUPPRESS,
    "ses:GetSuppressedDestination": UNSUPPRESS,
    "sqs:ReceiveMessage": "mail failed",
    "sqs:ChangeMessageVisibility": "mail failed",
    "sqs:DeleteMessage": "mail redrive --all --yes",
    "dynamodb:GetShardIterator": "mail redrive --all --yes",
    "dynamodb:GetRecords": "mail redrive --all --yes",
}

#: Needs a file to download: tests/integration/test_files.py.
NEEDED_ELSEWHERE = {"s3:GetObject"}

#: Without the list of stacks, a missing stack looks like one that staff may not read.
LACKS = {"secretsmanager:ListSecrets": "secretsmanager:GetSecretValue"}


def without(statements: list[dict[str, Any]], action: str) -> str:
    """Return the policy without one action."""
    left = [
        statement | {"Action": [each for each in listed(statement["Action"]) if each != action]}
        for statement in statements
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": [statement for statement in left if statement["Action"]]})


@pytest.fixture
def dead_letters(stack: DeployedStack) -> Iterator[None]:
    """One dead letter of each kind, removed afterwards."""
    sqs, outputs = stack.client("sqs"), stack.outputs
    entry = send(stack, "registration", example("registration")).json["id"]
    mail = {"id": entry, "kind": "confirmed", "version": 1}
    sqs.send_message(QueueUrl=outputs["mail_dead_letters_url"], MessageBody=json.dumps(mail))
    changes = json.dumps(pointer(stack, entry))
    sqs.send_message(QueueUrl=outputs["stream_dead_letters_url"], MessageBody=changes)
    yield
    for queue in ("mail_dead_letters_url", "stream_dead_letters_url"):
        sqs.purge_queue(QueueUrl=outputs[queue])


def test_every_action__is_needed_by_a_command(stack: DeployedStack) -> None:
    """Whoever adds an action names the command that needs it here."""
    allowed = {
        action for who in STAFF for statement in statements_of(stack, who) for action in listed(statement["Action"])
    }

    in_aws = {value for entry in aws_only() if "reader" in entry.who for value in entry.values}
    assert allowed == NEEDED.keys() | NEEDED_ELSEWHERE | in_aws


@pytest.mark.usefixtures("dead_letters")
@pytest.mark.parametrize("action", NEEDED)
def test_command__without_one_action__names_what_it_lacks(stack: DeployedStack, action: str) -> None:
    """The rest of the manager's policy is not enough."""
    iam, name = stack.client("iam"), f"lacks-{uuid.uuid4().hex[:12]}"
    policy = without(statements_of(stack, "manager"), action)
    arn = iam.create_policy(PolicyName=name, PolicyDocument=policy)["Policy"]["Arn"]
    somebody = with_policy(stack, name, arn)
    other = Context("other", "other", stack.workspace.region, stack.endpoint_url)
    somebody.contexts.write(somebody.contexts.read().with_entry(other))
    answers = example("registration", course="competition-team")
    reference = send(stack, "registration", answers).json["reference"]
    stack.client("sesv2").put_suppressed_destination(EmailAddress=answers["email"], Reason="BOUNCE")

    ran = somebody(*NEEDED[action].replace("REFERENCE", reference).split())

    assert f"lacks {LACKS.get(action, action)}." in ran.out + ran.err
    assert NEEDED[action] in SAID_AND_GONE_ON or ran.code == 4
