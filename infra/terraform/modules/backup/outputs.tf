output "role_arn" {
  description = "The role that makes copies, and restores them into a table named rollcall-<stack>-restored-…."
  value       = aws_iam_role.this.arn
}
