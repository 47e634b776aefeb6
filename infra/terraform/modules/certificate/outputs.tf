output "arn" {
  description = "The certificate's ARN, once it is issued if an apply waits for that."
  value       = try(aws_acm_certificate_validation.this[0].certificate_arn, aws_acm_certificate.this.arn)
}

output "records" {
  description = "The DNS records that prove the names."
  value       = values(local.records)
}
