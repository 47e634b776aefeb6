"""Files: what may be done to them, how long they stay, and that a stack without them has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from infra.planned import block
from infra.test_rights import rights

if TYPE_CHECKING:
    from infra.planned import Plan

NAME = "rollcall-local"
BUCKET = "module.files[0].module.bucket"


def test_files__may_do_its_work_and_nothing_else(everything: Plan) -> None:
    """It changes submissions only, and invokes the scanner only."""
    statements = everything.policies["data.aws_iam_policy_document.files[0]"]

    assert rights(statements).keys() == {
        *("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket", "sqs:SendMessage"),
        *("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "lambda:InvokeFunction"),
        *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
    }
    assert [set(*one.conditions.values()) for one in statements if one.conditions] == [{"SUB#*"}]


def test_bucket__is_private_and_forgets(everything: Plan) -> None:
    """What is incoming goes after a day, and what is deleted is gone at once."""
    rule = block(everything.one(f"{BUCKET}.aws_s3_bucket_lifecycle_configuration.this"), "rule")
    versioning = block(everything.one(f"{BUCKET}.aws_s3_bucket_versioning.this"), "versioning_configuration")
    blocked = everything.one(f"{BUCKET}.aws_s3_bucket_public_access_block.this")
    (refused,) = everything.policies[f"{BUCKET}.data.aws_iam_policy_document.encrypted_transport"]

    assert (block(rule, "filter")["prefix"], block(rule, "expiration")["days"]) == ("incoming/", 1)
    assert rule["noncurrent_version_expiration"] == []
    assert versioning["status"] == "Disabled"
    assert {value for name, value in blocked.items() if name.startswith(("block", "ignore", "restrict"))} == {True}
    assert (refused.effect, refused.actions) == ("Deny", {"s3:*"})


def test_bucket__accepts_posts_of_the_sites_pages(everything: Plan) -> None:
    rule = block(everything.one("module.files[0].aws_s3_bucket_cors_configuration.this"), "cors_rule")

    assert rule["allowed_methods"] == ["POST"]
    assert not rule.get("allowed_headers")


def test_dead_letters__go_off(everything: Plan) -> None:
    alarm = everything.one(f'module.alarms.aws_cloudwatch_metric_alarm.dead_letters["{NAME}-files-dead-letters"]')

    assert "Read the log of files" in alarm["alarm_description"]


def test_staff__may_download_what_is_kept(everything: Plan) -> None:
    for policy in ("module.staff.data.aws_iam_policy_document.reader", "data.aws_iam_policy_document.staff"):
        assert {"s3:GetObject"} in [one.actions for one in everything.policies[policy]]


def test_without_the_option__there_is_nothing(prod: Plan) -> None:
    assert not [address for address in prod.addresses if "files" in address]
