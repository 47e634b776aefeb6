# Webhooks: what waits to be delivered, and the function that delivers it. Mails have a queue and a function of their
# own, so that no receiver, however slow, delays one: docs/decisions/0087-webhooks.md.

module "webhooks" {
  source = "./modules/webhooks"
  count  = var.webhooks == null ? 0 : 1

  name                 = local.name
  secret_name          = "rollcall/${var.stack}/webhooks"
  recovery_window_days = var.deletion_protection ? 30 : 0
  consumer_timeout_s   = local.deliver_timeout_s
  plaintext_sources    = var.plaintext_sources
  key                  = local.key
}

locals {
  deliver_timeout_s = 30
  webhooks          = one(module.webhooks[*])
}

data "aws_iam_policy_document" "deliver" {
  count = var.webhooks == null ? 0 : 1

  statement {
    sid       = "ConsumeWebhooksAndPostponeThem"
    actions   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    resources = [local.webhooks.queue_arn]
  }

  statement {
    sid       = "SetAsideWhatAReceiverRefuses"
    actions   = ["sqs:SendMessage"]
    resources = [local.webhooks.dead_letters_arn]
  }

  statement {
    sid       = "ReadSubmissions"
    actions   = ["dynamodb:GetItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["SUB#*"]
    }
  }

  statement {
    sid       = "NoteDeliveries"
    actions   = ["dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [module.store.arn]

    condition {
      test     = "ForAllValues:StringLike"
      variable = "dynamodb:LeadingKeys"
      values   = ["HOOK#*"]
    }
  }

  # The first message to a webhook makes its key.
  statement {
    sid       = "ReadOrMakeTheWebhooksKeys"
    actions   = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"]
    resources = [local.webhooks.secret_arn]
  }
}

module "deliver" {
  source = "./modules/function"
  count  = var.webhooks == null ? 0 : 1

  name        = "deliver"
  shared      = local.shared_by_functions
  description = "Delivers the webhooks on the queue."
  policy      = data.aws_iam_policy_document.deliver[0].json
  timeout_s   = local.deliver_timeout_s
  memory_mb   = 256

  environment = {
    TABLE                    = module.store.name
    WEBHOOK_QUEUE_URL        = local.webhooks.queue_url
    WEBHOOK_DEAD_LETTERS_URL = local.webhooks.dead_letters_url
    WEBHOOK_SECRET           = local.webhooks.secret_name
  }
}

# One message at a time: a slow receiver then holds up no other message of its batch.
resource "aws_lambda_event_source_mapping" "deliver" {
  count = var.webhooks == null ? 0 : 1

  event_source_arn        = local.webhooks.queue_arn
  function_name           = module.deliver[0].arn
  batch_size              = 1
  function_response_types = ["ReportBatchItemFailures"]

  scaling_config {
    maximum_concurrency = 5
  }
}
