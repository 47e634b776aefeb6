output "bucket" {
  description = "The bucket's name."
  value       = module.bucket.name
}

output "arn" {
  description = "The bucket's ARN."
  value       = module.bucket.arn
}

output "dead_letters_arn" {
  description = "The ARN of the queue of events that could not be handled."
  value       = module.dead_letters.arn
}

output "dead_letters_url" {
  description = "The URL of the queue of events that could not be handled."
  value       = module.dead_letters.url
}

output "dead_letters_name" {
  description = "The name of the queue of events that could not be handled."
  value       = module.dead_letters.name
}
