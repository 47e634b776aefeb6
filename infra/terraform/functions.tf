# The functions, what each of them may do, and what wakes them.

locals {
  notify_timeout_s = 30

  common_environment = {
    STACK     = var.stack
    LOG_LEVEL = var.log_level
  }
}

# --- submit: checks an answer and stores it -----------------------------------------------------------------------------

data "aws_iam_policy_document" "submit" {
  # DynamoDB checks a transaction item by item, as what each of them is: a PutItem.
  statement {
    sid       = "PutItsOwnKindsOfItem"
    actions   = ["dynamodb:PutItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "ONCE#*", "IDEM#*", "REF#*"]
    }
  }
}

module "submit" {
  source = "./modules/function"

  name                 = "${local.name}-submit"
  description          = "Checks what a form sent, stores it and answers."
  handler              = "lambda_handlers.submit.handler"
  package_path         = var.package_path
  policy               = data.aws_iam_policy_document.submit.json
  timeout_s            = 10
  memory_mb            = 512
  reserved_concurrency = var.reserved_concurrency.submit
  log_level            = var.log_level
  log_retention_days   = var.log_retention_days

  environment = merge(local.common_environment, {
    TABLE           = module.store.name
    SITE_URL        = local.site_url
    ALLOWED_ORIGINS = join(",", distinct(concat([local.site_url, local.own_site_url], var.allowed_origins)))
    # For digests alone; the key that signs links stays in its secret.
    HMAC_KEY = sha256("hmac ${module.secrets.signing_key}")
  })
}

resource "aws_lambda_permission" "submit" {
  for_each = toset(var.forms)

  statement_id  = "post-${each.value}"
  action        = "lambda:InvokeFunction"
  function_name = module.submit.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${module.api.execution_arn}/${local.stage_name}/POST/${each.value}"
}

# --- dispatch: says what mail a new entry calls for ---------------------------------------------------------------------

data "aws_iam_policy_document" "dispatch" {
  statement {
    sid       = "ReadTheStream"
    actions   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
    resources = [module.store.stream_arn]
  }

  statement {
    sid       = "QueueMailsAndSetAsideWhatFails"
    actions   = ["sqs:SendMessage"]
    resources = [module.mail.queue_arn, module.store.stream_dead_letters_arn]
  }
}

module "dispatch" {
  source = "./modules/function"

  name                 = "${local.name}-dispatch"
  description          = "Says what mail a change in the table calls for."
  handler              = "lambda_handlers.dispatch.handler"
  package_path         = var.package_path
  policy               = data.aws_iam_policy_document.dispatch.json
  timeout_s            = 30
  memory_mb            = 256
  reserved_concurrency = var.reserved_concurrency.dispatch
  log_level            = var.log_level
  log_retention_days   = var.log_retention_days
  environment          = merge(local.common_environment, { MAIL_QUEUE_URL = module.mail.queue_url })
}

resource "aws_lambda_event_source_mapping" "dispatch" {
  event_source_arn = module.store.stream_arn
  function_name    = module.dispatch.arn
  batch_size       = 100

  # From the oldest record on: what is written while the mapping is being made is not passed over. Telling notify twice is harmless.
  starting_position = "TRIM_HORIZON"

  bisect_batch_on_function_error = true
  maximum_retry_attempts         = 10
  maximum_record_age_in_seconds  = 6 * 60 * 60

  filter_criteria {
    filter {
      pattern = jsonencode({
        eventName = ["INSERT"]
        dynamodb  = { Keys = { sk = { S = ["SUB"] } } }
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

  # The resources of SendRawEmail are the identity, the configuration set and, in the sandbox, each recipient's identity;
  # the sender is what bounds it. AWS always knows the sender; IfExists is for emulators that don't say it.
  statement {
    sid       = "SendFromTheSenderAlone"
    actions   = ["ses:SendRawEmail"]
    resources = ["*"]

    condition {
      test     = "StringEqualsIfExists"
      variable = "ses:FromAddress"
      values   = [local.sender_address]
    }
  }
}

module "notify" {
  source = "./modules/function"

  name                 = "${local.name}-notify"
  description          = "Renders and sends the mails on the queue, each of them once."
  handler              = "lambda_handlers.notify.handler"
  package_path         = var.package_path
  policy               = data.aws_iam_policy_document.notify.json
  timeout_s            = local.notify_timeout_s
  memory_mb            = 512
  reserved_concurrency = var.reserved_concurrency.notify
  log_level            = var.log_level
  log_retention_days   = var.log_retention_days

  environment = merge(local.common_environment, {
    TABLE             = module.store.name
    SITE_URL          = local.site_url
    SENDER            = var.sender
    CONFIGURATION_SET = module.mail.configuration_set
  })
}

resource "aws_lambda_event_source_mapping" "notify" {
  event_source_arn        = module.mail.queue_arn
  function_name           = module.notify.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]

  # Two at a time stay below the rate that SES gives a new account.
  scaling_config {
    maximum_concurrency = 2
  }
}
