output "name" {
  description = "The table's name."
  value       = aws_dynamodb_table.this.name
}

output "arn" {
  description = "The table's ARN."
  value       = aws_dynamodb_table.this.arn
}

output "stream_arn" {
  description = "The ARN of the table's stream."
  value       = aws_dynamodb_table.this.stream_arn
}

output "stream_dead_letters_arn" {
  description = "The ARN of the queue of the stream's dead letters."
  value       = module.stream_dead_letters.arn
}

output "stream_dead_letters_url" {
  description = "The URL of the queue of the stream's dead letters."
  value       = module.stream_dead_letters.url
}

output "stream_dead_letters_name" {
  description = "The name of the queue of the stream's dead letters."
  value       = module.stream_dead_letters.name
}

output "replica_regions" {
  description = "The other Regions that keep a copy of the table."
  value       = toset([for replica in aws_dynamodb_table_replica.this : replica.region])
}
