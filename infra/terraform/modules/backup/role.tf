# The role of AWS Backup: it copies this table, and restores only into new tables of this stack.
# The actions are those of AWS's own policies for backups and restores, as far as DynamoDB needs them:
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForBackup.html
# https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSBackupServiceRolePolicyForRestores.html

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  arn_of = "arn:${data.aws_partition.this.partition}"
  # In every Region: a copy is restored where it lies.
  restored_tables = "${local.arn_of}:dynamodb:*:${data.aws_caller_identity.this.account_id}:table/${var.name}-restored-*"
  copies          = "${local.arn_of}:backup:*:${data.aws_caller_identity.this.account_id}:recovery-point:*"
  own_vaults      = "${local.arn_of}:backup:*:${data.aws_caller_identity.this.account_id}:backup-vault:${var.name}"
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["backup.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-backup"
  description        = "AWS Backup's role for the table of ${var.name}."
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

data "aws_iam_policy_document" "this" {
  statement {
    sid       = "CopyTheTable"
    actions   = ["dynamodb:CreateBackup", "dynamodb:DescribeTable", "dynamodb:ListTagsOfResource", "dynamodb:StartAwsBackupJob"]
    resources = [var.table_arn]
  }

  # Where AWS Backup's advanced features for DynamoDB are off, copies are DynamoDB's own backups.
  statement {
    sid       = "ManageItsCopies"
    actions   = ["dynamodb:DeleteBackup", "dynamodb:DescribeBackup", "dynamodb:RestoreTableFromBackup"]
    resources = ["${var.table_arn}/backup/*"]
  }

  statement {
    sid       = "CopyIntoItsVaults"
    actions   = ["backup:CopyIntoBackupVault", "backup:DescribeBackupVault"]
    resources = [local.own_vaults]
  }

  statement {
    sid       = "CopyFromItsVaultsOnlyIntoItsVaults"
    actions   = ["backup:CopyFromBackupVault"]
    resources = [local.copies]

    condition {
      test     = "ForAllValues:ArnLike"
      variable = "backup:CopyTargets"
      values   = [local.own_vaults]
    }
  }

  statement {
    sid = "RestoreIntoANewTable"
    actions = [
      "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:DescribeTable", "dynamodb:GetItem", "dynamodb:PutItem",
      "dynamodb:Query", "dynamodb:RestoreTableFromAwsBackup", "dynamodb:Scan", "dynamodb:UpdateItem",
    ]
    resources = [local.restored_tables]
  }

  # AWS Backup finds the table by its tags, and copies them to what it makes.
  statement {
    sid       = "TagItsCopies"
    actions   = ["backup:TagResource"]
    resources = [local.copies]
  }

  # Only where the table has a key of yours, and only through DynamoDB.
  statement {
    sid       = "UseTheTablesKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    resources = ["${local.arn_of}:kms:*:${data.aws_caller_identity.this.account_id}:key/*"]

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = ["dynamodb.*.${data.aws_partition.this.dns_suffix}"]
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "copies"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.this.json
}
