# A queue that is encrypted at rest and in transit.

locals {
  own_key     = [for key in var.key[*] : key.arn if !key.retired]
  own_reuse_s = 3600 # SQS's default is 300
}

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = var.visibility_timeout_s
  message_retention_seconds  = var.retention_days * 24 * 60 * 60

  # A data key serves an hour, so that SQS asks KMS seldom.
  sqs_managed_sse_enabled           = length(local.own_key) == 0 ? true : null
  kms_master_key_id                 = one(local.own_key)
  kms_data_key_reuse_period_seconds = one([for key in var.key[*] : key.retired ? 300 : local.own_reuse_s])

  redrive_policy = var.dead_letters == null ? null : jsonencode({
    deadLetterTargetArn = var.dead_letters.arn
    maxReceiveCount     = var.dead_letters.after_receives
  })

  lifecycle {
    # SQS keeps the period, and so tells a queue whose key is about to be deleted with the messages under it.
    postcondition {
      condition     = var.key != null || self.kms_data_key_reuse_period_seconds != local.own_reuse_s
      error_message = "The stack's own key is in use, and would be deleted with all that is under it. Set encryption = { retired = true } and apply; docs/options.md says how long to wait until you leave encryption out."
    }
  }
}

data "aws_iam_policy_document" "encrypted_transport" {
  statement {
    sid       = "RefuseWhatIsNotEncryptedOnTheWay"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.this.arn]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }

    dynamic "condition" {
      for_each = length(var.plaintext_sources) > 0 ? [var.plaintext_sources] : []

      content {
        test     = "NotIpAddress"
        variable = "aws:SourceIp"
        values   = condition.value
      }
    }
  }
}

resource "aws_sqs_queue_policy" "this" {
  queue_url = aws_sqs_queue.this.url
  policy    = data.aws_iam_policy_document.encrypted_transport.json
}
