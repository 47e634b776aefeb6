output "reader_policy_arn" {
  description = "The ARN of the policy for staff who look."
  value       = aws_iam_policy.reader.arn
}

output "manager_policy_arn" {
  description = "The ARN of the policy for staff who look and act."
  value       = aws_iam_policy.manager.arn
}
