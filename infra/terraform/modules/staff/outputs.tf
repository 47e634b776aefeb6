output "reader_policy_arn" {
  description = "The ARN of the policy for staff who look at submissions."
  value       = aws_iam_policy.reader.arn
}

output "manager_policy_arn" {
  description = "The ARN of the policy for staff who also change submissions."
  value       = aws_iam_policy.manager.arn
}
