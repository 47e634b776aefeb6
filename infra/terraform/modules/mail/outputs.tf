output "configuration_set" {
  description = "The configuration set to send with."
  value       = aws_sesv2_configuration_set.this.configuration_set_name
}

output "dkim_tokens" {
  description = "The tokens of the DKIM records of a domain that this stack verifies. Otherwise empty."
  value       = try(coalescelist(one(aws_sesv2_email_identity.this[*]).dkim_signing_attributes[0].tokens, []), [])
}

output "queue_arn" {
  description = "The ARN of the queue of mails to send."
  value       = module.queue.arn
}

output "queue_url" {
  description = "The URL of the queue of mails to send."
  value       = module.queue.url
}

output "queue_name" {
  description = "The name of the queue of mails to send."
  value       = module.queue.name
}

output "dead_letters_arn" {
  description = "The ARN of the queue of mails that could not be sent."
  value       = module.dead_letters.arn
}

output "dead_letters_url" {
  description = "The URL of the queue of mails that could not be sent."
  value       = module.dead_letters.url
}

output "dead_letters_name" {
  description = "The name of the queue of mails that could not be sent."
  value       = module.dead_letters.name
}

output "feedback_topic_arn" {
  description = "The ARN of the topic for SES's reports on mails."
  value       = aws_sns_topic.feedback.arn
}
