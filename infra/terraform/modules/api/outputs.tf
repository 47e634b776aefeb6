output "id" {
  description = "The API's ID, known before anything is deployed to it."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "The API's name."
  value       = aws_api_gateway_rest_api.this.name
}

output "execution_arn" {
  description = "The start of the ARN of every call, for the functions' permissions."
  value       = aws_api_gateway_rest_api.this.execution_arn
}

output "stages" {
  description = "The stages' names by themselves, known once they are made."
  value       = { for name, stage in aws_api_gateway_stage.this : name => stage.stage_name }
}

output "access_log_group" {
  description = "The name of the log group of the access logs. null if there is none."
  value       = one(aws_cloudwatch_log_group.access[*].name)
}

output "definition" {
  description = "The API as API Gateway imports it: an OpenAPI document with the gateway's extensions."
  value       = local.definition
}
