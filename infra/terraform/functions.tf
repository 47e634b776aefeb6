# The functions, what each may do, and what invokes them. Those that mail are in mailing.tf.

locals {
  shared_by_functions = {
    prefix               = local.name
    package_path         = var.package_path
    reserved_concurrency = var.reserved_concurrency
    log_level            = var.log_level
    log_retention_days   = var.log_retention_days
    tracing              = var.tracing
    key                  = local.key

    environment = {
      STACK     = var.stack
      LOG_LEVEL = var.log_level
    }
  }
}

# --- submit: checks and stores a submission -----------------------------------------------------------------------------

data "aws_iam_policy_document" "submit" {
  source_policy_documents = data.aws_iam_policy_document.uploads[*].json

  # DynamoDB authorises each item of a transaction by its own action. AWS doesn't say whether LeadingKeys then holds that
  # item's key or all of them, so each action of a transaction may use each of its keys: docs/decisions/0068-rights-from-data.md.
  statement {
    sid       = "StoreAndTakeSeats"
    actions   = ["dynamodb:ConditionCheckItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "ONCE#*", "IDEM#*", "REF#*", "QUOTA#*"]
    }
  }

  statement {
    sid       = "CountRequests"
    actions   = ["dynamodb:UpdateItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["RATE#*"]
    }
  }

  # Whoever first needs the guard keys makes them.
  statement {
    sid       = "MakeTheGuardKeys"
    actions   = ["dynamodb:PutItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["KEY#guards"]
    }
  }

  statement {
    sid       = "ReadGuardsSeatsLeftAndOpenings"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["ONCE#*", "QUOTA#*", "OPENINGS#*", "KEY#guards"]
    }
  }

  dynamic "statement" {
    for_each = var.turnstile == null ? [] : [var.turnstile]

    content {
      sid       = "ReadTheTurnstileSecret"
      actions   = ["secretsmanager:GetSecretValue"]
      resources = ["${local.secret_arn_prefix}:${statement.value.secret_name}-??????"]
    }
  }
}

module "submit" {
  source = "./modules/function"

  name        = "submit"
  shared      = local.shared_by_functions
  description = "Checks a submission, stores it and answers."
  policy      = data.aws_iam_policy_document.submit.json
  timeout_s   = 10
  memory_mb   = 512

  environment = merge(
    {
      TABLE            = module.store.name
      SITE_URL         = local.site_url
      ALLOWED_ORIGINS  = join(",", distinct(concat([local.site_url], local.own_site_urls, var.allowed_origins)))
      RATE_PER_ADDRESS = tostring(var.rate_limits.per_address)
      RATE_PER_EMAIL   = tostring(var.rate_limits.per_email)
    },
    var.turnstile == null ? {} : { TURNSTILE_SECRET_NAME = var.turnstile.secret_name },
    var.one_origin == null ? {} : { EDGE_KEY = terraform_data.edge_key[0].output },
    local.files_environment,
    local.metrics_of.submit,
  )
}

# One permission per method for all forms, so that adding or removing a form needs no new one. GET is for
# /<form>, which leads to the form's page, and for /forms/<form>.
resource "aws_lambda_permission" "submit" {
  statement_id  = "post-forms"
  action        = "lambda:InvokeFunction"
  function_name = module.submit.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${module.api.execution_arn}/${local.stage_name}/POST/*"
}

resource "aws_lambda_permission" "describe" {
  statement_id  = "get-forms"
  action        = "lambda:InvokeFunction"
  function_name = module.submit.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${module.api.execution_arn}/${local.stage_name}/GET/*"
}

# --- links: shows registrants their submission, and lets them verify, change, cancel and erase it -----------------------

data "aws_iam_policy_document" "links" {
  source_policy_documents = data.aws_iam_policy_document.uploads[*].json

  statement {
    sid = "ChangeEntriesAndTheirSeats"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "ONCE#*", "IDEM#*", "QUOTA#*", "ERASED#*", "SUPPRESS#*"]
    }
  }

  # A registrant who takes another option is recognised there: one person, one submission.
  statement {
    sid       = "ReadTheGuardKeys"
    actions   = ["dynamodb:GetItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["KEY#guards"]
    }
  }

  # Whether a course that has begun is open again, so that a free seat in it may be given away.
  statement {
    sid       = "ReadOpenings"
    actions   = ["dynamodb:GetItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["OPENINGS#*"]
    }
  }

  statement {
    sid       = "ReadTheCalendarsSecretAndRetiredForms"
    actions   = ["dynamodb:GetItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["CALENDAR", "FORMS"]
    }
  }

  statement {
    sid       = "ReadTheSigningKeys"
    actions   = ["secretsmanager:GetSecretValue"]
    resources = [module.secrets.signing_key_arn]
  }
}

module "links" {
  source = "./modules/function"

  name        = "links"
  shared      = local.shared_by_functions
  description = "Shows registrants their submission, lets them verify, change, cancel and erase it, and returns the calendar of courses."
  policy      = data.aws_iam_policy_document.links.json
  timeout_s   = 15
  memory_mb   = 512

  environment = merge(
    {
      TABLE              = module.store.name
      SITE_URL           = local.site_url
      SIGNING_KEY_SECRET = module.secrets.signing_key_name
    },
    local.files == null ? {} : merge(local.files_environment, { API_URL = local.api_url }),
  )
}

resource "aws_lambda_permission" "links" {
  for_each = toset(["GET", "POST"])

  statement_id  = "${lower(each.value)}-my"
  action        = "lambda:InvokeFunction"
  function_name = module.links.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${module.api.execution_arn}/${local.stage_name}/${each.value}/my"
}

# The staff's calendar: GET and HEAD.
resource "aws_lambda_permission" "calendar" {
  statement_id  = "get-calendar"
  action        = "lambda:InvokeFunction"
  function_name = module.links.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${module.api.execution_arn}/${local.stage_name}/*/calendar.ics"
}

# --- sweep: repairs what was left unfinished ----------------------------------------------------------------------------

data "aws_iam_policy_document" "sweep" {
  statement {
    sid = "ReleaseSeatsAndPromote"
    actions = [
      "dynamodb:BatchGetItem",
      "dynamodb:ConditionCheckItem",
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
      "dynamodb:UpdateItem",
    ]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*", "ONCE#*", "IDEM#*", "QUOTA#*"]
    }
  }

  # Whether a course that has begun is open again, so that a free seat in it may be given away.
  statement {
    sid       = "ReadOpenings"
    actions   = ["dynamodb:GetItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["OPENINGS#*"]
    }
  }

  statement {
    sid       = "SendRemindersOnce"
    actions   = ["dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SEND#*"]
    }
  }

  statement {
    sid       = "FindRecentEntriesAndSpam"
    actions   = ["dynamodb:Query"]
    resources = ["${module.store.arn}/index/by_month", "${module.store.arn}/index/by_topic"]
  }

  statement {
    sid       = "QueueRemindersAndMissedMails"
    actions   = ["sqs:SendMessage"]
    resources = [module.mail.queue_arn]
  }
}

module "sweep" {
  source = "./modules/function"

  name        = "sweep"
  shared      = local.shared_by_functions
  description = "Releases unverified seats, promotes from the waiting list, queues reminders and missed mails."
  policy      = data.aws_iam_policy_document.sweep.json
  timeout_s   = 240 # done before the next one starts
  memory_mb   = 256

  environment = merge(
    {
      TABLE          = module.store.name
      MAIL_QUEUE_URL = module.mail.queue_url
    },
    local.metrics_of.others,
  )
}

resource "aws_cloudwatch_event_rule" "sweep" {
  name                = "${local.name}-sweep"
  description         = "Runs the sweep."
  schedule_expression = "rate(5 minutes)"
}

resource "aws_cloudwatch_event_target" "sweep" {
  rule      = aws_cloudwatch_event_rule.sweep.name
  target_id = "sweep"
  arn       = module.sweep.arn

  # This covers only delivery to Lambda. The next resource covers runs that fail.
  retry_policy {
    maximum_event_age_in_seconds = 300
    maximum_retry_attempts       = 0
  }
}

# The next run, five minutes later, does the same work, so Lambda retries none and queues none for longer.
resource "aws_lambda_function_event_invoke_config" "sweep" {
  function_name                = module.sweep.name
  maximum_event_age_in_seconds = 300
  maximum_retry_attempts       = 0
}

resource "aws_lambda_permission" "sweep" {
  statement_id  = "every-five-minutes"
  action        = "lambda:InvokeFunction"
  function_name = module.sweep.name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.sweep.arn
}
