output "api_target" {
  description = "The host name that the API's own name points to. null if it has none."
  value       = one(aws_api_gateway_domain_name.this[*].regional_domain_name)
}
