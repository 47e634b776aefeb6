# What staff may do with `rollcall`: two policies for an administrator to attach to their roles or permission sets.
# A manager's holds the reader's, so that one is enough for each person. The keys that sign links are in neither.

data "aws_iam_policy_document" "reader" {
  statement {
    sid       = "FindThePartsOfTheStack"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [var.description_secret_arn]
  }

  # The service knows no narrower resource; only names come with it. For these, a mistyped stack is told which there are.
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
      values   = ["SUB#*", "REF#*", "QUOTA#*", "FORM#*", "FORMS"]
    }
  }

  # An index's leading key is the form's month, an address, or a topic: histories, mails, suspected spam.
  statement {
    sid       = "ListEntries"
    actions   = ["dynamodb:Query"]
    resources = [for name in ["by_email", "by_month", "by_topic"] : "${var.table_arn}/index/${name}"]
  }

  # What `rollcall doctor` asks.
  statement {
    sid       = "ExamineTheTable"
    actions   = ["dynamodb:DescribeContinuousBackups", "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive"]
    resources = [var.table_arn]
  }

  statement {
    sid       = "CountDeadLetters"
    actions   = ["sqs:GetQueueAttributes"]
    resources = var.dead_letters_arns
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
}

data "aws_iam_policy_document" "manager" {
  source_policy_documents = [data.aws_iam_policy_document.reader.json, data.aws_iam_policy_document.mailing.json]

  # DynamoDB checks a transaction item by item, as what each of them is. A guard is read to see who is registered already.
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
      values   = ["SUB#*", "ONCE#*", "IDEM#*", "REF#*", "QUOTA#*", "ERASED#*"]
    }
  }

  # Whoever needs the guard keys first makes them.
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
  # Nobody mails by hand: what staff have sent goes through the queue, and the function notify mails it, once.
  statement {
    sid       = "QueueMails"
    actions   = ["sqs:SendMessage"]
    resources = [var.mail_queue_arn]
  }

  statement {
    sid       = "SeeAndRedriveDeadLetters"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage"]
    resources = var.dead_letters_arns
  }

  # The dead letters of the stream only say where its records are.
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

  statement {
    sid       = "SeeAndLiftSuppressions"
    actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem"]
    resources = [var.table_arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUPPRESS#*"]
    }
  }
}

resource "aws_iam_policy" "reader" {
  name        = "${var.name}-reader"
  path        = local.path
  description = "Lets staff see what came in, by rollcall."
  policy      = data.aws_iam_policy_document.reader.json

  # IAM can't change a description: other words would replace the policy, and fail as long as anyone holds it.
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_iam_policy" "manager" {
  name        = "${var.name}-manager"
  path        = local.path
  description = "Lets staff see and change what came in, by rollcall."
  policy      = data.aws_iam_policy_document.manager.json

  lifecycle {
    ignore_changes = [description]
  }
}

locals {
  # A path of their own keeps the deployer, who may write them, from its own policy.
  path = "/staff/"
}
