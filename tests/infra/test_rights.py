"""Who may do what: the rights that an emulator doesn't check, and that every policy stays narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from infra.planned import Plan, Statement

WORK = {
    "submit": {
        "dynamodb:PutItem": "module.store.arn",
    },
    "dispatch": {
        "dynamodb:DescribeStream": "module.store.stream_arn",
        "dynamodb:GetRecords": "module.store.stream_arn",
        "dynamodb:GetShardIterator": "module.store.stream_arn",
        "dynamodb:ListStreams": "module.store.stream_arn",
        "sqs:SendMessage": "module.mail.queue_arn module.store.stream_dead_letters_arn",
    },
    "notify": {
        "sqs:ReceiveMessage": "module.mail.queue_arn",
        "sqs:DeleteMessage": "module.mail.queue_arn",
        "sqs:GetQueueAttributes": "module.mail.queue_arn",
        "dynamodb:GetItem": "module.store.arn",
        "dynamodb:UpdateItem": "module.store.arn",
        "ses:SendRawEmail": "*",
    },
}


def rights(statements: list[Statement]) -> dict[str, str]:
    """Each action, and the resources it is allowed on: references to an output, or what is written."""
    return {
        action: " ".join(sorted(one for one in statement.resources if one.count(".") != 1))
        for statement in statements
        for action in statement.actions
    }


@pytest.mark.parametrize("function", WORK)
def test_function__may_do_its_work_and_nothing_else(prod: Plan, function: str) -> None:
    statements = prod.policies[f"data.aws_iam_policy_document.{function}"]

    assert rights(statements) == WORK[function]
    assert {statement.effect for statement in statements} == {"Allow"}


@pytest.mark.parametrize("function", WORK)
def test_function__writes_its_own_log_and_no_other(prod: Plan, function: str) -> None:
    (log,) = prod.policies[f"module.{function}.data.aws_iam_policy_document.this"]

    assert log.actions == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert "aws_cloudwatch_log_group.this.arn" in log.resources


@pytest.mark.parametrize("function", WORK)
def test_function__runs_as_a_role_of_its_own_that_lambda_alone_may_take(prod: Plan, function: str) -> None:
    (trust,) = prod.policies[f"module.{function}.data.aws_iam_policy_document.assume"]

    assert trust.actions == {"sts:AssumeRole"}
    assert trust.principals == ({"type": "Service", "identifiers": ["lambda.amazonaws.com"]},)
    assert prod.one(f"module.{function}.aws_iam_role.this")["name"] == f"rollcall-prod-{function}"
    assert "aws_iam_role.this" in prod.references(f"module.{function}.aws_lambda_function.this", "role")
    assert "data.aws_iam_policy_document.this" in prod.references(
        f"module.{function}.aws_iam_role_policy.this", "policy"
    )


def test_submit__writes_its_own_kinds_of_item(prod: Plan) -> None:
    (work,) = prod.policies["data.aws_iam_policy_document.submit"]

    assert work.conditions == {
        ("ForAllValues:StringLike", "dynamodb:LeadingKeys"): ["SUB#*", "ONCE#*", "IDEM#*", "REF#*"]
    }


def test_notify__touches_entries_and_writes_as_the_sender(prod: Plan) -> None:
    by_action = {
        action: statement
        for statement in prod.policies["data.aws_iam_policy_document.notify"]
        for action in statement.actions
    }

    assert by_action["dynamodb:GetItem"].conditions == {("ForAllValues:StringLike", "dynamodb:LeadingKeys"): ["SUB#*"]}
    assert by_action["ses:SendRawEmail"].conditions == {
        ("StringEqualsIfExists", "ses:FromAddress"): ["courses@example.org"]
    }


def test_policies__allow_no_wildcard(plan: Plan) -> None:
    for where, statements in plan.policies.items():
        for statement in statements:
            if statement.effect == "Allow":
                assert not [action for action in statement.actions if "*" in action], where
                assert "*" not in statement.resources or statement.actions == {"ses:SendRawEmail"}, where
                assert {"type": "*", "identifiers": ["*"]} not in statement.principals, where


def test_bucket__is_read_by_the_distribution_alone(plan: Plan) -> None:
    allowed, refused = plan.policies["module.site.data.aws_iam_policy_document.bucket"]

    assert allowed.actions == {"s3:GetObject"}
    assert allowed.principals == ({"type": "Service", "identifiers": ["cloudfront.amazonaws.com"]},)
    assert list(allowed.conditions) == [("StringEquals", "aws:SourceArn")]
    assert refused.effect == "Deny"
    (block,) = plan.all("aws_s3_bucket_public_access_block").values()
    assert block["block_public_acls"]
    assert block["block_public_policy"]
    assert block["ignore_public_acls"]
    assert block["restrict_public_buckets"]
    assert not plan.types & {"aws_s3_bucket_acl", "aws_s3_bucket_website_configuration"}


def test_bucket_and_queues__refuse_what_is_not_encrypted_on_the_way(prod: Plan) -> None:
    documents = [
        statements[-1]
        for where, statements in prod.policies.items()
        if where.endswith((".bucket", ".encrypted_transport"))
    ]

    assert len(documents) == 1 + len(prod.all("aws_sqs_queue")) == 1 + len(prod.all("aws_sqs_queue_policy"))
    for document in documents:
        assert document.effect == "Deny"
        assert document.principals == ({"type": "*", "identifiers": ["*"]},)
        assert document.conditions == {("Bool", "aws:SecureTransport"): ["false"]}


def test_api__alone_may_invoke_submit_and_only_for_its_forms(prod: Plan) -> None:
    permissions = prod.all("aws_lambda_permission")

    assert len(permissions) == len(prod.variables["forms"])
    for form in prod.variables["forms"]:
        address = f'aws_lambda_permission.submit["{form}"]'
        assert permissions[address]["principal"] == "apigateway.amazonaws.com"
        assert permissions[address]["action"] == "lambda:InvokeFunction"
        assert {"module.api.execution_arn", "local.stage_name", "each.value"} <= set(
            prod.references(address, "source_arn")
        )


def test_dead_letters__come_from_the_mail_queue_alone(prod: Plan) -> None:
    (allowed,) = prod.all("aws_sqs_queue_redrive_allow_policy")

    assert "module.queue.arn" in prod.references(allowed, "redrive_allow_policy")
