"""Webhooks: what the function that delivers may do, where its messages wait, and that a stack without them has none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from infra.planned import block
from infra.test_rights import rights

if TYPE_CHECKING:
    from infra.planned import Plan

NAME = "rollcall-local"


def test_deliver__may_do_its_work_and_nothing_else(everything: Plan) -> None:
    """It reads single submissions, and writes only what became of deliveries, the keys and the dead letters."""
    statements = everything.policies["data.aws_iam_policy_document.deliver[0]"]

    assert rights(statements).keys() == {
        *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"),
        *("sqs:SendMessage", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        *("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
    }
    reached = {
        frozenset(action.removeprefix("dynamodb:") for action in one.actions): set(*one.conditions.values())
        for one in statements
        if one.conditions
    }
    assert reached == {
        frozenset({"GetItem"}): {"SUB#*"},
        frozenset({"GetItem", "PutItem", "UpdateItem", "DeleteItem"}): {"HOOK#*"},
    }


def test_messages__wait_apart_from_mails(everything: Plan) -> None:
    """Their own queue and function, one message per run, so that no receiver delays a mail."""
    queues = {one["name"]: one for one in everything.all("aws_sqs_queue").values()}
    mapping = everything.one("aws_lambda_event_source_mapping.deliver[0]")
    function = everything.one("module.deliver[0].aws_lambda_function.this")

    assert {f"{NAME}-webhooks", f"{NAME}-webhooks-dead-letters", f"{NAME}-mail"} <= queues.keys()
    assert (mapping["batch_size"], mapping["function_response_types"]) == (1, ["ReportBatchItemFailures"])
    assert block(mapping, "scaling_config")["maximum_concurrency"] == 5
    assert function["timeout"] < queues[f"{NAME}-webhooks"]["visibility_timeout_seconds"]
    dispatch = everything.policies["data.aws_iam_policy_document.dispatch"]
    assert [one.actions for one in dispatch if "local.webhooks" in one.resources] == [{"sqs:SendMessage"}]


def test_dead_letters__go_off(everything: Plan) -> None:
    alarm = everything.one(f'module.alarms.aws_cloudwatch_metric_alarm.dead_letters["{NAME}-webhooks-dead-letters"]')

    assert "rollcall webhook redrive" in alarm["alarm_description"]
    assert alarm["dimensions"] == {"QueueName": f"{NAME}-webhooks-dead-letters"}


def test_secret__is_made_empty_and_kept_from_staff(everything: Plan) -> None:
    names = {one["name"] for one in everything.all("aws_secretsmanager_secret").values()}
    versions = everything.all("aws_secretsmanager_secret_version")

    assert "rollcall/local/webhooks" in names
    assert not [where for where in versions if "webhooks" in where]
    for who in ("reader", "manager", "mailing"):
        statements = everything.policies[f"module.staff.data.aws_iam_policy_document.{who}"]
        assert "webhooks/" not in json.dumps([sorted(one.resources) for one in statements])
        secrets = [one for one in statements if "secretsmanager:GetSecretValue" in one.actions]
        assert all(set(one.resources) == {"var.description_secret_arn"} for one in secrets)


def test_stack_without_webhooks__has_none(prod: Plan, plans: dict[str, Plan]) -> None:
    for plan in (prod, plans["local"]):
        assert not [where for where in plan.addresses if "webhook" in where or "deliver[" in where]
