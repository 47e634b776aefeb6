output "arn" {
  description = "The web ACL's ARN."
  value       = aws_wafv2_web_acl.this.arn
}

output "rule_json" {
  description = "The web ACL's rules, in the words of AWS WAF's API."
  value       = aws_wafv2_web_acl.this.rule_json
}
