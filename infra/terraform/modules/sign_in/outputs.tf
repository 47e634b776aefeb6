output "user_pool_id" {
  description = "The user pool's ID."
  value       = aws_cognito_user_pool.this.id
}

output "user_pool_arn" {
  description = "The user pool's ARN."
  value       = aws_cognito_user_pool.this.arn
}

output "client_id" {
  description = "The ID of the client that the desk and the command line use."
  value       = aws_cognito_user_pool_client.desk.id
}

output "scope" {
  description = "The scope that an access token must have."
  value       = local.scope
}
