# The secrets: what the stack tells of itself, and the keys that sign links.

resource "aws_secretsmanager_secret" "description" {
  name                    = var.name
  description             = "Where the parts of this stack are: read by the command line, the site's publishing and the pipeline."
  recovery_window_in_days = var.recovery_window_days
}

resource "aws_secretsmanager_secret_version" "description" {
  secret_id     = aws_secretsmanager_secret.description.id
  secret_string = jsonencode(var.description)
}

# Empty here: the function notify makes the first key when it first mails a link. So no plan, log or state of Terraform's ever
# holds one, and who deploys need not read them.
resource "aws_secretsmanager_secret" "signing_key" {
  name                    = "${var.name}/signing-key"
  description             = "Signs the links in mails: one key, or several as JSON, newest first. See the operator's guide, Keys."
  recovery_window_in_days = var.recovery_window_days
}

# Stacks from before had the first key made by Terraform. It stays in the secret, and goes from the state.
removed {
  from = aws_secretsmanager_secret_version.signing_key

  lifecycle {
    destroy = false
  }
}
