# The secrets: what the stack tells of itself, the keys that sign links, and the key that digests are made with.

resource "aws_secretsmanager_secret" "description" {
  name                    = var.name
  description             = "Where the parts of this stack are: read by the command line, the site's publishing and the pipeline."
  recovery_window_in_days = var.recovery_window_days
}

resource "aws_secretsmanager_secret_version" "description" {
  secret_id     = aws_secretsmanager_secret.description.id
  secret_string = jsonencode(var.description)
}

# Another value each time it is read; the first one is kept.
data "aws_secretsmanager_random_password" "signing_key" {
  password_length     = 64
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret" "signing_key" {
  name                    = "${var.name}/signing-key"
  description             = "Signs the links in mails: one key, or several as JSON, newest first. See the operator's guide, Signing keys."
  recovery_window_in_days = var.recovery_window_days
}

# The first key keeps a label of its own when newer ones come: a version without any would be deleted some day, and then
# Terraform would put a fresh key in the place of those that sign.
resource "aws_secretsmanager_secret_version" "signing_key" {
  secret_id      = aws_secretsmanager_secret.signing_key.id
  secret_string  = data.aws_secretsmanager_random_password.signing_key.random_password
  version_stages = ["AWSCURRENT", "FIRST"]

  lifecycle {
    ignore_changes = [secret_string, version_stages]
  }
}
