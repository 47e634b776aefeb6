# The secrets: the stack's description of itself, and the keys that sign links.

resource "aws_secretsmanager_secret" "description" {
  # checkov:skip=CKV_AWS_149:encrypted with the key that AWS manages for the account, without a charge per month
  # checkov:skip=CKV2_AWS_57:holds addresses and no secret; Terraform writes it at each apply
  name                    = var.name
  description             = "Where the parts of this stack are. The command line, site publish and the pipeline read it."
  recovery_window_in_days = var.recovery_window_days
  kms_key_id              = one([for key in var.key[*] : key.arn if !key.retired])
}

resource "aws_secretsmanager_secret_version" "description" {
  secret_id     = aws_secretsmanager_secret.description.id
  secret_string = jsonencode(var.description)
}

# Empty here: notify makes the first key when it first mails a link. So no Terraform plan, log or state ever
# holds one, and the deployer needn't read them.
resource "aws_secretsmanager_secret" "signing_key" {
  # checkov:skip=CKV_AWS_149:encrypted with the key that AWS manages for the account, without a charge per month
  # checkov:skip=CKV2_AWS_57:links in mails must live as long as their key, so staff change it: rollcall keys
  name                    = "${var.name}/signing-key"
  description             = "Signs the links in mails: one key, or several as JSON, newest first. See the operator's guide, Keys."
  recovery_window_in_days = var.recovery_window_days
  kms_key_id              = one([for key in var.key[*] : key.arn if !key.retired])
}

# In older stacks Terraform made the first key. It stays in the secret and leaves the state.
removed {
  from = aws_secretsmanager_secret_version.signing_key

  lifecycle {
    destroy = false
  }
}
