output "description_arn" {
  description = "The ARN of the secret in which the stack describes itself."
  value       = aws_secretsmanager_secret.description.arn
}

output "signing_key_name" {
  description = "The name of the secret that holds the keys that sign links."
  value       = aws_secretsmanager_secret.signing_key.name
}

output "signing_key_arn" {
  description = "The ARN of the secret that holds the keys that sign links."
  value       = aws_secretsmanager_secret.signing_key.arn
}
