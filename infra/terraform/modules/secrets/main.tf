# The secrets: what the stack tells of itself, and the key that signs links.

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
  description             = "Signs the links in mails, and is what the digests of addresses are keyed with. A new key ends every link that was mailed."
  recovery_window_in_days = var.recovery_window_days
}

resource "aws_secretsmanager_secret_version" "signing_key" {
  secret_id     = aws_secretsmanager_secret.signing_key.id
  secret_string = data.aws_secretsmanager_random_password.signing_key.random_password

  lifecycle {
    ignore_changes = [secret_string]
  }
}
