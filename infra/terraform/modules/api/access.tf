# Who may call the API, if not everyone.

locals {
  # The API's own ARN isn't known yet, and AWS writes the short form execute-api:/* out, which would be a change each time.
  # A policy is only about its own API: * is each of its methods.
  policy = var.addresses == null ? null : jsonencode({
    Version = "2012-10-17"
    Statement = [merge(
      { Effect = "Allow", Principal = { AWS = "*" }, Action = "execute-api:Invoke", Resource = "*" },
      length(var.addresses) == 0 ? {} : { Condition = { IpAddress = { "aws:SourceIp" = var.addresses } } },
    )]
  })
}

resource "aws_wafv2_web_acl_association" "this" {
  for_each = var.firewall == null ? {} : aws_api_gateway_stage.this

  resource_arn = each.value.arn
  web_acl_arn  = var.firewall.arn
}
