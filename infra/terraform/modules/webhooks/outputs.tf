output "queue_arn" {
  description = "The ARN of the queue of webhooks to deliver."
  value       = module.queue.arn
}

output "queue_url" {
  description = "The URL of the queue of webhooks to deliver."
  value       = module.queue.url
}

output "dead_letters_arn" {
  description = "The ARN of the queue of webhooks that could not be delivered."
  value       = module.dead_letters.arn
}

output "dead_letters_url" {
  description = "The URL of the queue of webhooks that could not be delivered."
  value       = module.dead_letters.url
}

output "dead_letters_name" {
  description = "The name of the queue of webhooks that could not be delivered."
  value       = module.dead_letters.name
}

output "secret_arn" {
  description = "The ARN of the secret with the keys that sign webhooks."
  value       = aws_secretsmanager_secret.keys.arn
}

output "secret_name" {
  description = "The name of the secret with the keys that sign webhooks."
  value       = aws_secretsmanager_secret.keys.name
}
