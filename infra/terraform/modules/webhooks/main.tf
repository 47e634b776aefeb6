# Webhooks: the queue of messages to deliver, its dead letters, and the secret with the keys that sign them.

module "queue" {
  source = "../queue"

  name                 = "${var.name}-webhooks"
  visibility_timeout_s = 6 * var.consumer_timeout_s # Lambda recommends six times, so that a slow message isn't delivered twice
  retention_days       = 4
  plaintext_sources    = var.plaintext_sources
  key                  = var.key

  # The waits between the attempts are in lambda_handlers/deliver.py.
  dead_letters = {
    arn            = module.dead_letters.arn
    after_receives = 8
  }
}

module "dead_letters" {
  source = "../queue"

  name              = "${var.name}-webhooks-dead-letters"
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

# Empty here: the function deliver makes each webhook's first key, so that no plan, log or state ever holds one.
resource "aws_secretsmanager_secret" "keys" {
  # checkov:skip=CKV_AWS_149:encrypted with the key that AWS manages for the account, without a charge per month
  # checkov:skip=CKV2_AWS_57:a receiver must learn a new key before the old one goes, so staff change it: rollcall webhook secret
  name                    = var.secret_name
  description             = "Signs webhooks: a list of keys for each, newest first. See the operator's guide, Webhooks."
  recovery_window_in_days = var.recovery_window_days
  kms_key_id              = one([for key in var.key[*] : key.arn if !key.retired])
}
