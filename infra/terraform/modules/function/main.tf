# One function, with its role, policy and log group.

locals {
  name = "${var.shared.prefix}-${var.name}"

  key_arn = one([for key in var.shared.key[*] : key.arn if !key.retired])
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name               = local.name
  description        = "The role of the function ${local.name}."
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

# Its own work, its own log, and traces if they are on. Terraform creates the log group, so the function may not.
data "aws_iam_policy_document" "this" {
  source_policy_documents = [var.policy]

  statement {
    sid       = "WriteItsOwnLog"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this.arn}:*"]
  }

  # X-Ray allows no narrower resource.
  dynamic "statement" {
    for_each = var.shared.tracing[*]

    content {
      sid       = "SendTraces"
      actions   = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
      resources = ["*"]
    }
  }

  # What it may read and write is said by its other statements.
  dynamic "statement" {
    for_each = var.shared.key[*]

    content {
      sid       = "UseTheKeyThroughServices"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [statement.value.arn]

      condition {
        test     = "StringEquals"
        variable = "kms:ViaService"
        values   = statement.value.services
      }
    }
  }
}

resource "aws_iam_role_policy" "this" {
  name   = "work"
  role   = aws_iam_role.this.name
  policy = data.aws_iam_policy_document.this.json
}

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_158:holds no answers or addresses; CloudWatch encrypts it with its own key
  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.shared.log_retention_days
  kms_key_id        = local.key_arn
}

resource "aws_lambda_function" "this" {
  # checkov:skip=CKV_AWS_50:X-Ray is the option tracing
  # checkov:skip=CKV_AWS_116:failures go back to the visitor, the stream, the queue or feedback's dead letters; the sweep runs again
  # checkov:skip=CKV_AWS_117:nothing it calls is in a VPC; a NAT gateway would cost 30 USD a month and slow every start
  # checkov:skip=CKV_AWS_173:the environment holds no secret; Lambda encrypts it with its own key
  # checkov:skip=CKV_AWS_272:the deployer would sign with the same rights with which it uploads; its branch is what to protect
  function_name                  = local.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  runtime                        = "python3.13"
  architectures                  = ["arm64"]
  handler                        = "lambda_handlers.${var.name}.handler"
  filename                       = var.shared.package_path
  source_code_hash               = try(filebase64sha256(var.shared.package_path), null)
  timeout                        = var.timeout_s
  memory_size                    = var.memory_mb
  kms_key_arn                    = local.key_arn
  reserved_concurrent_executions = coalesce(var.shared.reserved_concurrency[var.name], -1)

  environment {
    variables = merge(var.shared.environment, var.environment)
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = replace(var.shared.log_level, "WARNING", "WARN") # Python's name, then Lambda's
    # Lambda's own lines: WARN and above cover time-outs and crashes. At INFO each call would add a start and a report,
    # which cost money and say what Lambda's metrics say.
    system_log_level = "WARN"
    log_group        = aws_cloudwatch_log_group.this.name
  }

  dynamic "tracing_config" {
    for_each = var.shared.tracing[*]

    content {
      mode = "Active"
    }
  }

  # AWS refuses an event source mapping until the role may read the source.
  depends_on = [aws_iam_role_policy.this]

  lifecycle {
    # A destroy needs no zip: Terraform skips this check then.
    precondition {
      condition     = fileexists(var.shared.package_path)
      error_message = "There is no zip of the functions at ${var.shared.package_path}. Build it first: make package"
    }
  }
}
