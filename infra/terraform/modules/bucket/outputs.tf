output "name" {
  description = "The bucket's name. Whoever takes it from here waits for the policy."
  value       = aws_s3_bucket.this.bucket

  depends_on = [aws_s3_bucket_policy.this]
}

output "arn" {
  description = "The bucket's ARN."
  value       = aws_s3_bucket.this.arn
}

output "domain" {
  description = "The bucket's host name in its Region."
  value       = aws_s3_bucket.this.bucket_regional_domain_name
}
