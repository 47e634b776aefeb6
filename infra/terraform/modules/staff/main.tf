# What staff may do with `rollcall`: two policies that an administrator attaches to their roles or permission sets.
# The manager's includes the reader's, so each person needs only one. Neither can read the keys that sign links.

data "aws_iam_policy_document" "reader" {
  statement {
    sid       = "FindThePartsOfTheStack"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.description_secret_arn]
  }

  # Secrets Manager allows no narrower resource here, and returns names only. With them, rollcall can list the stacks to someone who mistyped one.
  statement {
    sid       = "NameTheStacksThereAre"
    actions   = ["secretsmanager:ListSecrets"]
    resources = ["*"]
  }

  statement {
    sid       = "ReadEntriesPlacesAndForms"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:Query"]
    resources = [var.table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "REF#*", "QUOTA#*", "FORM#*", "FORMS", "CALENDAR", "OPENINGS#*"]
    }
  }

  # The leading key of an index is the form's month, an address, or a topic: histories, mails, suspected spam.
  statement {
    sid       = "ListEntries"
    actions   = ["dynamodb:Query"]
    resources = [for name in ["by_email", "by_month", "by_topic"] : "${var.table_arn}/index/${name}"]
  }

  # For `rollcall doctor`.
  statement {
    sid       = "ExamineTheTable"
    actions   = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"]
    resources = [var.table_arn]
  }

  statement {
    sid       = "CountDeadLetters"
    actions   = ["sqs:GetQueueAttributes"]
    resources = concat(var.dead_letters_arns, [var.feedback_dead_letters_arn])
  }

  statement {
    sid       = "SeeWhetherTheSenderIsVerified"
    actions   = ["ses:GetEmailIdentity"]
    resources = var.sender_identity_arns
  }

  statement {
    sid       = "SeeWhatTheAccountAllows"
    actions   = ["lambda:GetAccountSettings", "lambda:ListEventSourceMappings", "ses:GetAccount"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.key[*]

    content {
      sid       = "OpenWhatIsUnderTheKey"
      actions   = ["kms:Decrypt"]
      resources = [statement.value.arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = statement.value.services
      }
    }
  }

  # A link carries the rights of its signer.
  dynamic "statement" {
    for_each = var.files[*]

    content {
      sid       = "DownloadFiles"
      actions   = ["s3:GetObject"]
      resources = ["${statement.value.arn}/kept/*"]
    }
  }

  # What became of deliveries, and which receivers want no more.
  dynamic "statement" {
    for_each = var.webhooks[*]

    content {
      sid       = "SeeDeliveries"
      actions   = ["dynamodb:GetItem"]
      resources = [var.table_arn]

      condition {
        test     = "ForAllValues:StringLike"
        variable = "dynamodb:LeadingKeys"
        values   = ["HOOK#*"]
      }
    }
  }
}

data "aws_iam_policy_document" "manager" {
  source_policy_documents = [data.aws_iam_policy_document.reader.json, data.aws_iam_policy_document.mailing.json]

  # DynamoDB authorises each item of a transaction by its own action, but AWS doesn't say by which keys: see
  # docs/decisions/0068-rights-from-data.md. A guard is read to see who is registered already.
  statement {
    sid = "ChangeEntriesAndPlaces"
    actions = [
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
    ]
    resources = [var.table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "ONCE#*", "IDEM#*", "REF#*", "QUOTA#*", "ERASED#*", "SUPPRESS#*"]
    }
  }

  statement {
    sid       = "OpenAndClose"
    actions   = ["dynamodb:PutItem"]
    resources = [var.table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["OPENINGS#*"]
    }
  }

  # For `rollcall doctor --deep`. A scan can't be narrowed to some items, and finds none that a manager can't read one by one.
  statement {
    sid       = "CheckTheTable"
    actions   = ["dynamodb:Scan"]
    resources = [var.table_arn]
  }

  statement {
    sid       = "MakeAndResetTheCalendarsLink"
    actions   = ["dynamodb:PutItem"]
    resources = [var.table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["CALENDAR"]
    }
  }

  # Whoever first needs the guard keys makes them.
  statement {
    sid       = "ReadOrMakeTheGuardKeys"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [var.table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["KEY#guards"]
    }
  }
}

data "aws_iam_policy_document" "mailing" {
  # Staff never send mail themselves: their mails go through the queue, and notify sends each once.
  statement {
    sid       = "QueueMails"
    actions   = ["sqs:SendMessage"]
    resources = concat([var.mail_queue_arn], var.webhooks[*].queue_arn)
  }

  statement {
    sid       = "SeeAndRedriveDeadLetters"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
    resources = var.dead_letters_arns
  }

  # The dead letters of the stream say only where its records are.
  statement {
    sid       = "ReadTheChangesThatDeadLettersName"
    actions   = ["dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    resources = [var.stream_arn]
  }

  statement {
    sid       = "KeepWhatIsSentToMany"
    actions   = ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    resources = [var.table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SEND#*"]
    }
  }

  # SES keeps one list for the account, and allows no narrower resource here. While it holds an address, SES takes a mail
  # to it and reports a bounce, so that lifting the stack's own suppression alone would be undone by the next mail.
  statement {
    sid       = "LiftSuppressionsOfTheAccount"
    actions   = ["ses:DeleteSuppressedDestination", "ses:GetSuppressedDestination"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.key[*]

    content {
      sid       = "PutMailsUnderTheKey"
      actions   = ["kms:GenerateDataKey"]
      resources = [statement.value.arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = statement.value.services
      }
    }
  }
}

resource "aws_iam_policy" "reader" {
  name        = "${var.name}-reader"
  path        = local.path
  description = "Lets staff see submissions with rollcall."
  policy      = data.aws_iam_policy_document.reader.json

  # IAM can't change a description: new words would replace the policy, which fails while anyone holds it.
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_iam_policy" "manager" {
  name        = "${var.name}-manager"
  path        = local.path
  description = "Lets staff see and change submissions with rollcall."
  policy      = data.aws_iam_policy_document.manager.json

  lifecycle {
    ignore_changes = [description]
  }
}

locals {
  # Their own path keeps the deployer, who may write them, from writing its own policy.
  path = "/staff/"
}
