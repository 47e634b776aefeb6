# Mail: the functions that decide what to mail, send it, and record what became of it.

locals {
  notify_timeout_s = 45
}

# --- dispatch: decides which mails a change needs -----------------------------------------------------------------------

data "aws_iam_policy_document" "dispatch" {
  statement {
    sid       = "ReadTheStream"
    actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"]
    resources = [module.store.stream_arn]
  }

  # Lambda asks for this to create the mapping. DynamoDB allows no narrower resource, and answers with names only.
  statement {
    sid       = "ListStreams"
    actions   = ["dynamodb:ListStreams"]
    resources = ["*"]
  }

  statement {
    sid       = "QueueMailsAndSetAsideWhatFails"
    actions   = ["sqs:SendMessage"]
    resources = concat([module.mail.queue_arn, module.store.stream_dead_letters_arn], local.webhooks[*].queue_arn)
  }
}

module "dispatch" {
  source = "./modules/function"

  name        = "dispatch"
  shared      = local.shared_by_functions
  description = "Decides which mails a change in the table needs."
  policy      = data.aws_iam_policy_document.dispatch.json
  timeout_s   = 30
  memory_mb   = 256

  environment = merge(
    { MAIL_QUEUE_URL = module.mail.queue_url },
    { for webhooks in local.webhooks[*] : "WEBHOOK_QUEUE_URL" => webhooks.queue_url },
  )
}

resource "aws_lambda_event_source_mapping" "dispatch" {
  event_source_arn = module.store.stream_arn
  function_name    = module.dispatch.arn
  batch_size       = 100

  # From the oldest record on, so that nothing written while the mapping is created gets lost. Queuing a mail twice is harmless.
  starting_position = "TRIM_HORIZON"

  bisect_batch_on_function_error = true
  maximum_retry_attempts         = 10
  maximum_record_age_in_seconds  = 6 * 60 * 60

  filter_criteria {
    filter {
      pattern = jsonencode({
        eventName = ["INSERT", "MODIFY"]
        dynamodb  = { Keys = { sk = { S = ["SUB"] } } }
      })
    }

    filter {
      pattern = jsonencode({
        eventName = ["INSERT"]
        dynamodb  = { Keys = { sk = { S = [{ prefix = "NOTICE#" }] } } }
      })
    }
  }

  destination_config {
    on_failure {
      destination_arn = module.store.stream_dead_letters_arn
    }
  }
}

# --- notify: renders a mail and sends it --------------------------------------------------------------------------------

data "aws_iam_policy_document" "notify" {
  statement {
    sid       = "ConsumeMails"
    actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    resources = [module.mail.queue_arn]
  }

  statement {
    sid       = "ReadEntriesAndNoteMails"
    actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*"]
    }
  }

  statement {
    sid       = "SeeWhatIsSentToManyAndWhoIsNotToBeMailed"
    actions   = ["dynamodb:GetItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SEND#*", "SUPPRESS#*"]
    }
  }

  # Whoever first needs the guard keys makes them.
  statement {
    sid       = "ReadOrMakeTheGuardKeys"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["KEY#guards"]
    }
  }

  # Whoever signs first makes the first key.
  statement {
    sid       = "ReadOrMakeTheSigningKeys"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
    resources = [module.secrets.signing_key_arn]
  }

  # The resources of SendRawEmail are the identity, the configuration set and, in the sandbox, each recipient's identity;
  # the sender narrows it.
  statement {
    sid       = "SendFromTheSenderAlone"
    actions   = ["ses:SendRawEmail"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "ses:FromAddress"
      values   = [local.sender_address]
    }
  }
}

module "notify" {
  source = "./modules/function"

  name        = "notify"
  shared      = local.shared_by_functions
  description = "Renders and sends the mails on the queue, each once."
  policy      = data.aws_iam_policy_document.notify.json
  timeout_s   = local.notify_timeout_s
  memory_mb   = 512

  environment = merge(
    {
      TABLE              = module.store.name
      SITE_URL           = local.site_url
      API_URL            = local.api_url
      SENDER             = var.sender
      CONFIGURATION_SET  = module.mail.configuration_set
      SIGNING_KEY_SECRET = module.secrets.signing_key_name
    },
    local.metrics_of.others,
  )
}

resource "aws_lambda_event_source_mapping" "notify" {
  event_source_arn        = module.mail.queue_arn
  function_name           = module.notify.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  # Two at a time stay below the sending rate of a new SES account.
  scaling_config {
    maximum_concurrency = 2
  }
}

# --- feedback: records what became of a mail, and suppresses addresses --------------------------------------------------

# SNS hands a notification to Lambda once. Lambda tries it three times, then puts it here.
module "feedback_dead_letters" {
  source = "./modules/queue"

  name              = "${local.name}-feedback-dead-letters"
  retention_days    = 14
  plaintext_sources = var.plaintext_sources
  key               = local.key
}

resource "aws_lambda_function_event_invoke_config" "feedback" {
  function_name          = module.feedback.name
  maximum_retry_attempts = 2

  destination_config {
    on_failure {
      destination = module.feedback_dead_letters.arn
    }
  }
}

data "aws_iam_policy_document" "feedback" {
  statement {
    sid       = "SetAsideWhatFails"
    actions   = ["sqs:SendMessage"]
    resources = [module.feedback_dead_letters.arn]
  }

  statement {
    sid       = "NoteOutcomesAndWhoIsNotToBeMailed"
    actions   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "SUPPRESS#*"]
    }
  }

  # Whoever first needs the guard keys makes them.
  statement {
    sid       = "ReadOrMakeTheGuardKeys"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["KEY#guards"]
    }
  }
}

module "feedback" {
  source = "./modules/function"

  name        = "feedback"
  shared      = local.shared_by_functions
  description = "Records what became of a mail, and suppresses addresses."
  policy      = data.aws_iam_policy_document.feedback.json
  timeout_s   = 15
  memory_mb   = 256

  environment = {
    TABLE = module.store.name
  }
}

resource "aws_sns_topic_subscription" "feedback" {
  topic_arn = module.mail.feedback_topic_arn
  protocol  = "lambda"
  endpoint  = module.feedback.arn

  depends_on = [aws_lambda_permission.feedback]
}

resource "aws_lambda_permission" "feedback" {
  statement_id  = "told-by-ses"
  action        = "lambda:InvokeFunction"
  function_name = module.feedback.name
  principal     = "sns.amazonaws.com"
  source_arn    = module.mail.feedback_topic_arn
}
