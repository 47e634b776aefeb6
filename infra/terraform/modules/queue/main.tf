# A queue that is encrypted at rest and in transit.

resource "aws_sqs_queue" "this" {
  name                       = var.name
  visibility_timeout_seconds = var.visibility_timeout_s
  message_retention_seconds  = var.retention_days * 24 * 60 * 60
  sqs_managed_sse_enabled    = true

  redrive_policy = var.dead_letters == null ? null : jsonencode({
    deadLetterTargetArn = var.dead_letters.arn
    maxReceiveCount     = var.dead_letters.after_receives
  })
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
