"""What a plan of Terraform's would delete that holds data or sends mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

#: By type: what it is, which of its arguments names it, and what its deletion means.
KEPT = {
    "aws_backup_vault": ("the backup vault", "name", "every copy in it is lost"),
    "aws_cognito_user_pool": ("the user pool", "name", "nobody can sign in to the desk, and all must be invited again"),
    "aws_dynamodb_table": ("the table", "name", "everything in it is lost"),
    "aws_dynamodb_table_replica": ("the replica of the table", "global_table_arn", "its Region has no copy any more"),
    "aws_kms_key": ("the key", "arn", "nobody can read what it encrypts"),
    "aws_s3_bucket": ("the bucket", "bucket", "everything in it is lost"),
    "aws_secretsmanager_secret": ("the secret", "name", "its value is lost"),
    "aws_sesv2_email_identity": ("the SES identity", "email_identity", "everything that sends from it stops sending"),
    "aws_sqs_queue": ("the queue", "name", "every message in it is lost"),
}


def losses(plan: Mapping[str, Any]) -> list[str]:
    """Say what a plan, as `terraform show -json` describes it, deletes or replaces that ought to be kept."""
    return [
        f"{what} {change['change']['before'][named_by]}: {meaning}"
        for change in plan.get("resource_changes", [])
        if change["type"] in KEPT and "delete" in change["change"]["actions"]
        for what, named_by, meaning in [KEPT[change["type"]]]
    ]
