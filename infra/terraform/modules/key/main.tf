# The stack's own key for what it stores. Nobody uses it but through the services named here.

locals {
  arn_of  = "arn:${data.aws_partition.this.partition}"
  account = data.aws_caller_identity.this.account_id
  region  = data.aws_region.this.region
  suffix  = data.aws_partition.this.dns_suffix
}

resource "aws_kms_key" "this" {
  description             = "Encrypts what ${var.name} stores."
  enable_key_rotation     = true
  deletion_window_in_days = var.deletion_window_days
  policy                  = data.aws_iam_policy_document.this.json
}

resource "aws_kms_alias" "this" {
  name          = "alias/${var.name}"
  target_key_id = aws_kms_key.this.id
}

# A key's policy can name no resource but the key itself: *.
data "aws_iam_policy_document" "this" {
  # Which of the account's people may do so, their own policies say.
  statement {
    sid = "TheAccountManagesTheKey"
    actions = [
      "kms:CancelKeyDeletion",
      "kms:CreateAlias",
      "kms:DeleteAlias",
      "kms:DescribeKey",
      "kms:DisableKey",
      "kms:EnableKey",
      "kms:EnableKeyRotation",
      "kms:GetKeyPolicy",
      "kms:GetKeyRotationStatus",
      "kms:ListGrants",
      "kms:ListKeyPolicies",
      "kms:ListResourceTags",
      "kms:PutKeyPolicy",
      "kms:RevokeGrant",
      "kms:ScheduleKeyDeletion",
      "kms:TagResource",
      "kms:UntagResource",
      "kms:UpdateAlias",
      "kms:UpdateKeyDescription",
    ]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["${local.arn_of}:iam::${local.account}:root"]
    }
  }

  # Roles whose own policies allow it, and only through a service that stores the stack's data.
  statement {
    sid       = "TheAccountUsesItThroughServices"
    actions   = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["${local.arn_of}:iam::${local.account}:root"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["dynamodb", "lambda", "s3", "secretsmanager", "sns", "sqs"] : "${service}.${local.region}.${local.suffix}"]
    }
  }

  # DynamoDB and Lambda keep a grant, with which they go on without the deployer.
  statement {
    sid       = "ServicesKeepGrants"
    actions   = ["kms:CreateGrant"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["${local.arn_of}:iam::${local.account}:root"]
    }

    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = [for service in ["dynamodb", "lambda"] : "${service}.${local.region}.${local.suffix}"]
    }
  }

  statement {
    sid       = "TheStacksLogs"
    actions   = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${local.region}.${local.suffix}"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values = [
        for group in ["lambda/${var.name}-*", "apigateway/${var.name}", "codebuild/${var.name}-*"] :
        "${local.arn_of}:logs:${local.region}:${local.account}:log-group:/aws/${group}"
      ]
    }
  }

  # SES reports on mails, and alarms go off, to topics that are encrypted.
  statement {
    sid       = "ServicesPublishToTopics"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey*"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com", "ses.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:SourceArn"
      values = [
        "${local.arn_of}:cloudwatch:${local.region}:${local.account}:alarm:${var.name}-*",
        "${local.arn_of}:ses:${local.region}:${local.account}:configuration-set/${var.name}",
      ]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }

  dynamic "statement" {
    for_each = var.deletion_protection ? [true] : []

    content {
      sid       = "NobodyDeletesItWhileItIsUsed"
      effect    = "Deny"
      actions   = ["kms:DisableKey", "kms:ScheduleKeyDeletion"]
      resources = ["*"]

      principals {
        type        = "*"
        identifiers = ["*"]
      }
    }
  }
}

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}
