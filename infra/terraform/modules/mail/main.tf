# Mail: who may be written as, how it leaves, and the queue it waits in.

resource "aws_sesv2_email_identity" "this" {
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
  visibility_timeout_s = 6 * var.consumer_timeout_s # Lambda asks for six times: a slow batch must not be handed out twice
  retention_days       = 4
  plaintext_sources    = var.plaintext_sources

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
}

resource "aws_sqs_queue_redrive_allow_policy" "dead_letters" {
  queue_url = module.dead_letters.url

  redrive_allow_policy = jsonencode({
    redrivePermission = "byQueue"
    sourceQueueArns   = [module.queue.arn]
  })
}
