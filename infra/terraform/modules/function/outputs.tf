output "name" {
  description = "The function's name."
  value       = aws_lambda_function.this.function_name
}

output "arn" {
  description = "The function's ARN."
  value       = aws_lambda_function.this.arn
}

output "timeout_s" {
  description = "After how many seconds Lambda stops the function."
  value       = aws_lambda_function.this.timeout
}
