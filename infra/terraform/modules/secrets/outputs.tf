output "signing_key" {
  description = "The signing key as it was first made."
  value       = aws_secretsmanager_secret_version.signing_key.secret_string
  sensitive   = true
}
