output "id" {
  description = "The API's id, known before anything is deployed to it."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "The API's name."
  value       = aws_api_gateway_rest_api.this.name
}

output "execution_arn" {
  description = "The ARN that a call of the API starts with, for the function's permission."
  value       = aws_api_gateway_rest_api.this.execution_arn
}
