# Files: the bucket that browsers send them to, and the function that examines them and deletes what was erased or has
# expired: docs/decisions/0095-files.md.

locals {
  files        = one(module.files[*])
  files_bucket = "${local.name}-files-${data.aws_caller_identity.this.account_id}"

  # Spelled out, because the bucket has to know the site's address, and the site's pages this one.
  files_url = coalesce(try(var.files.url, null), "https://${local.files_bucket}.s3.${var.region}.${data.aws_partition.this.dns_suffix}")

  # What lets submit and links grant uploads: a grant carries the rights of its signer.
  files_environment = local.files == null ? {} : { FILES_BUCKET = local.files.bucket, FILES_URL = local.files_url }
}

module "files" {
  source = "./modules/files"
  count  = var.files == null ? 0 : 1

  name              = local.name
  bucket            = local.files_bucket
  site_origins      = distinct(concat([local.site_url], local.own_site_urls))
  keep_files        = var.deletion_protection
  plaintext_sources = var.plaintext_sources
  key               = local.key
}

data "aws_iam_policy_document" "uploads" {
  count = var.files == null ? 0 : 1

  statement {
    sid       = "LetBrowsersSendFiles"
    actions   = ["s3:PutObject"]
    resources = ["${local.files.arn}/incoming/*"]
  }
}

# --- files: examines each file, and deletes what nobody has any more ------------------------------------------------------

data "aws_iam_policy_document" "files" {
  count = var.files == null ? 0 : 1

  statement {
    sid       = "ExamineFiles"
    actions   = ["s3:GetObject"]
    resources = ["${local.files.arn}/incoming/*"]
  }

  statement {
    sid       = "DeleteFiles"
    actions   = ["s3:DeleteObject"]
    resources = ["${local.files.arn}/incoming/*", "${local.files.arn}/kept/*"]
  }

  statement {
    sid       = "KeepFiles"
    actions   = ["s3:PutObject"]
    resources = ["${local.files.arn}/kept/*"]
  }

  # Without this right S3 answers 403 for an object that is gone.
  statement {
    sid       = "FindTheFilesOfASubmission"
    actions   = ["s3:ListBucket"]
    resources = [local.files.arn]
  }

  statement {
    sid       = "RecordFilesWithSubmissions"
    actions   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*"]
    }
  }

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
    sid       = "SetAsideWhatFails"
    actions   = ["sqs:SendMessage"]
    resources = [local.files.dead_letters_arn]
  }

  dynamic "statement" {
    for_each = compact([try(var.files.scanner, null)])

    content {
      sid       = "AskTheScanner"
      actions   = ["lambda:InvokeFunction"]
      resources = ["arn:${data.aws_partition.this.partition}:lambda:${var.region}:${data.aws_caller_identity.this.account_id}:function:${statement.value}"]
    }
  }
}

module "files_function" {
  source = "./modules/function"
  count  = var.files == null ? 0 : 1

  name        = "files"
  shared      = local.shared_by_functions
  description = "Examines files that registrants send, and deletes those of erased submissions."
  policy      = data.aws_iam_policy_document.files[0].json
  timeout_s   = 300 # a scanner may take 240: registration_core/bootstrap/files.py
  memory_mb   = 512

  environment = merge(
    {
      TABLE        = module.store.name
      FILES_BUCKET = local.files.bucket
    },
    { for scanner in compact([try(var.files.scanner, null)]) : "FILES_SCANNER" => scanner },
  )
}

# Bucket names are unique across all accounts, and a deleted one may be taken by somebody else's.
resource "aws_lambda_permission" "files" {
  count = var.files == null ? 0 : 1

  statement_id   = "files-bucket"
  action         = "lambda:InvokeFunction"
  function_name  = module.files_function[0].name
  principal      = "s3.amazonaws.com"
  source_arn     = local.files.arn
  source_account = data.aws_caller_identity.this.account_id
}

resource "aws_s3_bucket_notification" "files" {
  count = var.files == null ? 0 : 1

  bucket = local.files.bucket

  lambda_function {
    id                  = "incoming"
    lambda_function_arn = module.files_function[0].arn
    events              = ["s3:ObjectCreated:*"]
    filter_prefix       = "incoming/"
  }

  depends_on = [aws_lambda_permission.files]
}

# Lambda tries again after one minute and after two more. The files wait in the bucket for a day.
resource "aws_lambda_function_event_invoke_config" "files" {
  count = var.files == null ? 0 : 1

  function_name                = module.files_function[0].name
  maximum_event_age_in_seconds = 6 * 60 * 60
  maximum_retry_attempts       = 2

  destination_config {
    on_failure {
      destination = local.files.dead_letters_arn
    }
  }
}

# Erased submissions, and those that were deleted because their time was over.
resource "aws_lambda_event_source_mapping" "files" {
  count = var.files == null ? 0 : 1

  event_source_arn  = module.store.stream_arn
  function_name     = module.files_function[0].arn
  batch_size        = 100
  starting_position = "TRIM_HORIZON"

  bisect_batch_on_function_error = true
  maximum_retry_attempts         = 10
  maximum_record_age_in_seconds  = 6 * 60 * 60

  filter_criteria {
    filter {
      pattern = jsonencode({
        eventName = ["REMOVE"]
        dynamodb  = { Keys = { sk = { S = ["SUB"] } } }
      })
    }

    filter {
      pattern = jsonencode({
        eventName = ["MODIFY"]
        dynamodb  = { Keys = { sk = { S = ["SUB"] } }, NewImage = { status = { S = ["erased"] } } }
      })
    }
  }

  destination_config {
    on_failure {
      destination_arn = local.files.dead_letters_arn
    }
  }
}

# Makes up for events that failed or were lost.
resource "aws_cloudwatch_event_rule" "files" {
  count = var.files == null ? 0 : 1

  name                = "${local.name}-files"
  description         = "Lets the function files look for what was left undone."
  schedule_expression = "rate(1 hour)"
}

resource "aws_cloudwatch_event_target" "files" {
  count = var.files == null ? 0 : 1

  rule      = aws_cloudwatch_event_rule.files[0].name
  target_id = "files"
  arn       = module.files_function[0].arn
}

resource "aws_lambda_permission" "files_every_hour" {
  count = var.files == null ? 0 : 1

  statement_id  = "every-hour"
  action        = "lambda:InvokeFunction"
  function_name = module.files_function[0].name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.files[0].arn
}
