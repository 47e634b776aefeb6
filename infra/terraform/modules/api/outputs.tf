output "id" {
  description = "The API's id, known before anything is deployed to it."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "The API's name."
  value       = aws_api_gateway_rest_api.this.name
}
