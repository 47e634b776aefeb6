# Mail: the sender's identity, how mail leaves, and the queue it waits in.

resource "aws_sesv2_email_identity" "this" {
  count = var.identity == null ? 0 : 1

  email_identity = var.identity
}

resource "aws_sesv2_configuration_set" "this" {
  configuration_set_name = var.name

  delivery_options {
    tls_policy = "REQUIRE"
  }

  reputation_options {
    reputation_metrics_enabled = true
  }

  sending_options {
    sending_enabled = true
  }

  suppression_options {
    suppressed_reasons = ["BOUNCE", "COMPLAINT"]
  }
}

module "queue" {
  source = "../queue"

  name                 = "${var.name}-mail"
  visibility_timeout_s = 6 * var.consumer_timeout_s # Lambda recommends six times, so that a slow batch isn't delivered twice
  retention_days       = 4
  plaintext_sources    = var.plaintext_sources
  key                  = var.key

  dead_letters = {
    arn            = module.dead_letters.arn
    after_receives = 5
  }
}

module "dead_letters" {
  source = "../queue"

  name              = "${var.name}-mail-dead-letters"
  retention_days    = 14
  plaintext_sources = var.plaintext_sources
  key               = var.key
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = module.dead_letters.url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [module.queue.arn]
  })
}

# SES's reports on mails. Without a key of ours the topic has none: SES can't publish through the one that AWS
# manages for SNS. The topic stores nothing, and the subscribed function gets messages over TLS.
resource "aws_sns_topic" "feedback" {
  # checkov:skip=CKV_AWS_26:SES can't publish through the key that AWS manages for SNS, and the topic stores nothing
  name              = "${var.name}-feedback"
  policy            = data.aws_iam_policy_document.feedback.json
  kms_master_key_id = one([for key in var.key[*] : key.arn if !key.retired])
}

data "aws_iam_policy_document" "feedback" {
  statement {
    sid       = "SesTells"
    actions   = ["sns:Publish"]
    resources = ["arn:${data.aws_partition.this.partition}:sns:${data.aws_region.this.region}:${data.aws_caller_identity.this.account_id}:${var.name}-feedback"]

    principals {
      type        = "Service"
      identifiers = ["ses.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.this.account_id]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_sesv2_configuration_set.this.arn]
    }
  }
}

resource "aws_sesv2_configuration_set_event_destination" "feedback" {
  configuration_set_name = aws_sesv2_configuration_set.this.configuration_set_name
  event_destination_name = "feedback"

  event_destination {
    enabled              = true
    matching_event_types = ["BOUNCE", "COMPLAINT", "DELIVERY", "REJECT"]

    sns_destination {
      topic_arn = aws_sns_topic.feedback.arn
    }
  }
}

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}
