output "bucket" {
  description = "The bucket's name."
  value       = module.bucket.name
}

output "distribution_id" {
  description = "The distribution's ID."
  value       = aws_cloudfront_distribution.this.id
}

output "distribution_arn" {
  description = "The distribution's ARN."
  value       = aws_cloudfront_distribution.this.arn
}

output "distribution_domain" {
  description = "The distribution's own host name."
  value       = aws_cloudfront_distribution.this.domain_name
}

output "distribution_zone_id" {
  description = "The zone by which Route 53 knows the distribution."
  value       = aws_cloudfront_distribution.this.hosted_zone_id
}
