"""Who may do what: permissions that an emulator doesn't check, and proof that every policy stays narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from infra.planned import Plan, Statement

CHANGES = (
    "dynamodb:BatchGetItem",
    "dynamodb:DeleteItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:UpdateItem",
)
WORK = {
    "submit": {
        "dynamodb:PutItem": "module.store.arn module.store.arn",
        "dynamodb:UpdateItem": "module.store.arn module.store.arn",
        "dynamodb:ConditionCheckItem": "module.store.arn",
        "dynamodb:BatchGetItem": "module.store.arn",
        "dynamodb:GetItem": "module.store.arn",
    },
    "links": {
        **dict.fromkeys(CHANGES, "module.store.arn"),
        "dynamodb:ConditionCheckItem": "module.store.arn",
        "dynamodb:GetItem": "module.store.arn module.store.arn module.store.arn module.store.arn",
        "secretsmanager:GetSecretValue": "module.secrets.signing_key_arn",
    },
    "sweep": {
        **dict.fromkeys(CHANGES, "module.store.arn"),
        "dynamodb:ConditionCheckItem": "module.store.arn",
        "dynamodb:GetItem": "module.store.arn module.store.arn",
        "dynamodb:PutItem": "module.store.arn module.store.arn",
        "dynamodb:Query": "module.store.arn module.store.arn module.store.arn",
        "dynamodb:UpdateItem": "module.store.arn module.store.arn",
        "sqs:SendMessage": "module.mail.queue_arn",
    },
    "dispatch": {
        "dynamodb:DescribeStream": "module.store.stream_arn",
        "dynamodb:GetRecords": "module.store.stream_arn",
        "dynamodb:GetShardIterator": "module.store.stream_arn",
        "dynamodb:ListStreams": "*",
        "sqs:SendMessage": "module.mail.queue_arn module.store.stream_dead_letters_arn",
    },
    "notify": {
        "sqs:ReceiveMessage": "module.mail.queue_arn",
        "sqs:DeleteMessage": "module.mail.queue_arn",
        "sqs:GetQueueAttributes": "module.mail.queue_arn",
        "dynamodb:GetItem": "module.store.arn module.store.arn module.store.arn",
        "dynamodb:PutItem": "module.store.arn",
        "dynamodb:UpdateItem": "module.store.arn",
        "secretsmanager:GetSecretValue": "module.secrets.signing_key_arn",
        "secretsmanager:PutSecretValue": "module.secrets.signing_key_arn",
        "ses:SendRawEmail": "*",
    },
    "feedback": {
        "sqs:SendMessage": "module.feedback_dead_letters.arn",
        "dynamodb:GetItem": "module.store.arn module.store.arn",
        "dynamodb:PutItem": "module.store.arn",
        "dynamodb:UpdateItem": "module.store.arn",
    },
}
KNOW_NO_RESOURCE = {
    "dynamodb:ListStreams",
    "lambda:GetAccountSettings",
    "lambda:ListEventSourceMappings",
    "secretsmanager:ListSecrets",
    "ses:DeleteSuppressedDestination",
    "ses:GetAccount",
    "ses:GetSuppressedDestination",
    "ses:SendRawEmail",
}
ENTRY = {"SUB#*", "ONCE#*", "IDEM#*", "QUOTA#*"}
STORED = {*ENTRY, "REF#*"}
KEYS = {
    "submit": {
        "PutItem": {*STORED, "KEY#guards"},
        "UpdateItem": {*STORED, "RATE#*"},
        "ConditionCheckItem": STORED,
        "BatchGetItem": {"ONCE#*", "QUOTA#*", "OPENINGS#*", "KEY#guards"},
        "GetItem": {"ONCE#*", "QUOTA#*", "OPENINGS#*", "KEY#guards"},
    },
    "links": {
        **{action.removeprefix("dynamodb:"): {*ENTRY, "ERASED#*", "SUPPRESS#*"} for action in CHANGES},
        "ConditionCheckItem": {*ENTRY, "ERASED#*", "SUPPRESS#*"},
        "GetItem": {*ENTRY, "ERASED#*", "SUPPRESS#*", "KEY#guards", "CALENDAR", "FORMS", "OPENINGS#*"},
    },
    "sweep": {
        **{action.removeprefix("dynamodb:"): ENTRY for action in CHANGES},
        **{key: {*ENTRY, "SEND#*"} for key in ("PutItem", "Query", "UpdateItem")},
        "ConditionCheckItem": ENTRY,
        "GetItem": {*ENTRY, "OPENINGS#*"},
    },
    "notify": {
        "GetItem": {"SUB#*", "SEND#*", "SUPPRESS#*", "KEY#guards"},
        "UpdateItem": {"SUB#*"},
        "PutItem": {"KEY#guards"},
    },
    "feedback": {
        "GetItem": {"SUB#*", "SUPPRESS#*", "KEY#guards"},
        "UpdateItem": {"SUB#*", "SUPPRESS#*"},
        "PutItem": {"KEY#guards"},
    },
}
"""The kinds of item that each of a function's actions reaches, and no other."""


def rights(statements: list[Statement]) -> dict[str, str]:
    """Return each action with the resources it is allowed on: references to an output, or literal values."""
    rights_by_action: dict[str, list[str]] = {}
    for statement in statements:
        for action in statement.actions:
            rights_by_action.setdefault(action, []).extend(one for one in statement.resources if one.count(".") != 1)
    return {action: " ".join(sorted(resources)) for action, resources in rights_by_action.items()}


@pytest.mark.parametrize("function", WORK)
def test_function__may_do_its_work_and_nothing_else(prod: Plan, function: str) -> None:
    statements = prod.policies[f"data.aws_iam_policy_document.{function}"]

    assert rights(statements) == WORK[function]
    assert {statement.effect for statement in statements} == {"Allow"}


@pytest.mark.parametrize("function", WORK)
def test_function__writes_only_its_own_log(prod: Plan, function: str) -> None:
    (log,) = prod.policies[f"module.{function}.data.aws_iam_policy_document.this"]

    assert log.actions == {"logs:CreateLogStream", "logs:PutLogEvents"}
    assert "aws_cloudwatch_log_group.this.arn" in log.resources


@pytest.mark.parametrize("function", WORK)
def test_function__has_its_own_role_that_only_lambda_assumes(prod: Plan, function: str) -> None:
    (trust,) = prod.policies[f"module.{function}.data.aws_iam_policy_document.assume"]

    assert trust.actions == {"sts:AssumeRole"}
    assert trust.principals == ({"type": "Service", "identifiers": ["lambda.amazonaws.com"]},)
    assert prod.one(f"module.{function}.aws_iam_role.this")["name"] == f"rollcall-prod-{function}"
    assert "data.aws_iam_policy_document.assume" in prod.references(
        f"module.{function}.aws_iam_role.this", "assume_role_policy"
    )
    assert "aws_iam_role.this" in prod.references(f"module.{function}.aws_lambda_function.this", "role")
    assert prod.one(f"module.{function}.aws_iam_role_policy.this")["role"] == f"rollcall-prod-{function}"
    assert "data.aws_iam_policy_document.this" in prod.references(
        f"module.{function}.aws_iam_role_policy.this", "policy"
    )


@pytest.mark.parametrize("function", KEYS)
def test_function__reaches_only_its_own_kinds_of_item(prod: Plan, function: str) -> None:
    statements = [
        statement
        for statement in prod.policies[f"data.aws_iam_policy_document.{function}"]
        if any(action.startswith("dynamodb:") for action in statement.actions)
    ]

    on_items = [statement for statement in statements if statement.conditions]
    reached: dict[str, set[str]] = {}
    for statement in on_items:
        for action in statement.actions:
            keys = (key for values in statement.conditions.values() for key in values)
            reached.setdefault(action.removeprefix("dynamodb:"), set()).update(keys)
    assert reached == KEYS[function]
    for statement in on_items:
        assert list(statement.conditions) == [("ForAllValues:StringLike", "dynamodb:LeadingKeys")]
    assert [statement.actions for statement in statements if not statement.conditions] == (
        [{"dynamodb:Query"}] if function == "sweep" else []  # the indexes by_month and by_topic
    )


def test_notify__sends_as_the_configured_sender(prod: Plan) -> None:
    (sends,) = (
        statement
        for statement in prod.policies["data.aws_iam_policy_document.notify"]
        if "ses:SendRawEmail" in statement.actions
    )

    assert sends.conditions == {("StringEquals", "ses:FromAddress"): ["courses@kuggen.se"]}


def test_feedback_topic__accepts_ses_for_this_stack_only(prod: Plan) -> None:
    (tells,) = prod.policies["module.mail.data.aws_iam_policy_document.feedback"]

    assert tells.actions == {"sns:Publish"}
    assert tells.principals == ({"type": "Service", "identifiers": ["ses.amazonaws.com"]},)
    assert set(tells.conditions) == {("StringEquals", "aws:SourceAccount"), ("ArnEquals", "aws:SourceArn")}
    assert tells.conditions["StringEquals", "aws:SourceAccount"] == ["000000000000"]
    (configured,) = prod.configured("module.mail.data.aws_iam_policy_document.feedback")["expressions"]["statement"]
    by_arn = next(one for one in configured["condition"] if one["test"]["constant_value"] == "ArnEquals")
    assert "aws_sesv2_configuration_set.this.arn" in by_arn["values"]["references"]


STAFF = {
    "reader": {
        ("secretsmanager:GetSecretValue", "var.description_secret_arn"),
        ("secretsmanager:ListSecrets", "*"),
        ("dynamodb:BatchGetItem", "var.table_arn"),
        ("dynamodb:GetItem", "var.table_arn"),
        ("dynamodb:Query", "var.table_arn"),
        ("dynamodb:DescribeContinuousBackups", "var.table_arn"),
        ("dynamodb:DescribeTable", "var.table_arn"),
        ("dynamodb:DescribeTimeToLive", "var.table_arn"),
        ("sqs:GetQueueAttributes", "var.dead_letters_arns"),
        ("sqs:GetQueueAttributes", "var.feedback_dead_letters_arn"),
        ("ses:GetEmailIdentity", "var.sender_identity_arns"),
        ("ses:GetEmailIdentity", "arn:aws:ses:eu-north-1:000000000000:identity/courses@kuggen.se"),
        ("ses:GetEmailIdentity", "arn:aws:ses:eu-north-1:000000000000:identity/kuggen.se"),
        ("lambda:GetAccountSettings", "*"),
        ("lambda:ListEventSourceMappings", "*"),
        ("ses:GetAccount", "*"),
    },
    "manager": {
        ("dynamodb:ConditionCheckItem", "var.table_arn"),
        ("dynamodb:DeleteItem", "var.table_arn"),
        ("dynamodb:GetItem", "var.table_arn"),
        ("dynamodb:PutItem", "var.table_arn"),
        ("dynamodb:Scan", "var.table_arn"),
        ("dynamodb:UpdateItem", "var.table_arn"),
    },
    "mailing": {
        ("ses:DeleteSuppressedDestination", "*"),
        ("ses:GetSuppressedDestination", "*"),
        ("sqs:SendMessage", "var.mail_queue_arn"),
        ("sqs:SendMessage", "var.webhooks"),
        ("sqs:ChangeMessageVisibility", "var.dead_letters_arns"),
        ("sqs:DeleteMessage", "var.dead_letters_arns"),
        ("sqs:ReceiveMessage", "var.dead_letters_arns"),
        ("dynamodb:GetRecords", "var.stream_arn"),
        ("dynamodb:GetShardIterator", "var.stream_arn"),
        ("dynamodb:PutItem", "var.table_arn"),
        ("dynamodb:Query", "var.table_arn"),
        ("dynamodb:UpdateItem", "var.table_arn"),
    },
}
STAFF_KEYS = {
    "reader": {"SUB#*", "REF#*", "QUOTA#*", "FORM#*", "FORMS", "CALENDAR", "OPENINGS#*"},
    "manager": ENTRY | {"REF#*", "ERASED#*", "SUPPRESS#*", "KEY#guards", "CALENDAR", "OPENINGS#*"},
    "mailing": {"SEND#*"},
}


@pytest.mark.parametrize("who", STAFF)
def test_staff__may_do_only_what_their_commands_need(prod: Plan, who: str) -> None:
    """A manager's policy includes the reader's and adds its own."""
    statements = prod.policies[f"module.staff.data.aws_iam_policy_document.{who}"]
    source = prod.references("module.staff.data.aws_iam_policy_document.manager", "source_policy_documents")

    allowed = {(action, where) for one in statements for action in one.actions for where in one.resources}
    assert allowed == STAFF[who]
    assert {statement.effect for statement in statements} == {"Allow"}
    assert {"data.aws_iam_policy_document.reader.json", "data.aws_iam_policy_document.mailing.json"} <= set(source)


@pytest.mark.parametrize("who", STAFF)
def test_staff__reach_only_submissions_quotas_and_forms(prod: Plan, who: str) -> None:
    """An index has its own leading keys; a stream and a scan have none, so their statements can't name these."""
    statements = [
        statement
        for statement in prod.policies[f"module.staff.data.aws_iam_policy_document.{who}"]
        if any(action.startswith("dynamodb:") for action in statement.actions)
    ]

    bound = [statement for statement in statements if statement.conditions]
    for statement in bound:
        assert list(statement.conditions) == [("ForAllValues:StringLike", "dynamodb:LeadingKeys")]
    assert {key for statement in bound for values in statement.conditions.values() for key in values} == STAFF_KEYS[who]
    describes = {"dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"}
    free = {
        "reader": [{"dynamodb:Query"}, describes],
        "manager": [{"dynamodb:Scan"}],
        "mailing": [{"dynamodb:GetRecords", "dynamodb:GetShardIterator"}],
    }
    assert [statement.actions for statement in statements if not statement.conditions] == free.get(who, [])


@pytest.mark.parametrize("who", ["reader", "manager"])
def test_staffs_policies__are_ones_that_the_deployer_may_write(prod: Plan, who: str) -> None:
    """The deployer's own policy is not under that path."""
    policy = prod.one(f"module.staff.aws_iam_policy.{who}")

    assert (policy["name"], policy["path"]) == (f"rollcall-prod-{who}", "/staff/")
    assert f"data.aws_iam_policy_document.{who}.json" in prod.references(f"module.staff.aws_iam_policy.{who}", "policy")


def test_policies__allow_no_wildcard(plan: Plan) -> None:
    for where, statements in plan.policies.items():
        for statement in statements:
            if statement.effect == "Allow":
                assert not [action for action in statement.actions if "*" in action], where
                assert "*" not in statement.resources or statement.actions <= KNOW_NO_RESOURCE, where
                assert {"type": "*", "identifiers": ["*"]} not in statement.principals, where


def test_bucket__is_read_by_the_distribution_only(plan: Plan) -> None:
    (allowed,) = plan.policies["module.site.data.aws_iam_policy_document.bucket"]
    (refused,) = plan.policies["module.site.module.bucket.data.aws_iam_policy_document.encrypted_transport"]

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


def test_bucket_and_queues__refuse_unencrypted_transport(prod: Plan) -> None:
    documents = [
        statements[-1] for where, statements in prod.policies.items() if where.endswith(".encrypted_transport")
    ]

    assert len(documents) == 1 + len(prod.all("aws_sqs_queue")) == 1 + len(prod.all("aws_sqs_queue_policy"))
    for document in documents:
        assert document.effect == "Deny"
        assert document.principals == ({"type": "*", "identifiers": ["*"]},)
        assert document.conditions == {("Bool", "aws:SecureTransport"): ["false"]}


def test_functions__are_invoked_by_their_sources_only(prod: Plan) -> None:
    def source(address: str) -> str:
        return " ".join(prod.references(address, "source_arn"))

    permissions = prod.all("aws_lambda_permission")
    by_api = {
        "aws_lambda_permission.submit",
        "aws_lambda_permission.describe",
        'aws_lambda_permission.links["GET"]',
        'aws_lambda_permission.links["POST"]',
        "aws_lambda_permission.calendar",
    }

    assert set(permissions) == by_api | {"aws_lambda_permission.sweep", "aws_lambda_permission.feedback"}
    assert {one["action"] for one in permissions.values()} == {"lambda:InvokeFunction"}
    invoked = {address: one["function_name"].removeprefix("rollcall-prod-") for address, one in permissions.items()}
    by_links = {address for address in by_api if ".links[" in address or address.endswith(".calendar")}
    assert invoked == {
        **dict.fromkeys(by_api, "submit"),
        **dict.fromkeys(by_links, "links"),
        "aws_lambda_permission.sweep": "sweep",
        "aws_lambda_permission.feedback": "feedback",
    }
    for address in by_api:
        assert permissions[address]["principal"] == "apigateway.amazonaws.com"
        assert "module.api.execution_arn" in source(address)
        assert "local.stage_name" in source(address)
    assert permissions["aws_lambda_permission.sweep"]["principal"] == "events.amazonaws.com"
    assert "aws_cloudwatch_event_rule.sweep.arn" in source("aws_lambda_permission.sweep")
    assert permissions["aws_lambda_permission.feedback"]["principal"] == "sns.amazonaws.com"
    assert "module.mail.feedback_topic_arn" in source("aws_lambda_permission.feedback")


def test_dead_letters__come_from_the_mail_queue_only(prod: Plan) -> None:
    (allowed,) = prod.all("aws_sqs_queue_redrive_allow_policy")

    assert "module.queue.arn" in prod.references(allowed, "redrive_allow_policy")
