# One web ACL: who may ask at all, how often, and AWS's managed rules. Its rules are in rules.tf.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws" # the site's is made in us-east-1
    }
  }
}

resource "aws_wafv2_web_acl" "this" {
  # checkov:skip=CKV_AWS_175:its rules are JSON, which checkov doesn't read
  # checkov:skip=CKV_AWS_192:nothing here is Java
  # checkov:skip=CKV2_AWS_31:logs would hold visitors' addresses and links; metrics count what each rule refused
  name        = var.name
  description = "Refuses requests that this stack does not want."
  scope       = var.scope
  rule_json   = jsonencode(local.rules)

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = var.name
    sampled_requests_enabled   = false # samples would show people's links and addresses
  }

  dynamic "custom_response_body" {
    for_each = var.protection[*]

    content {
      key          = local.too_many
      content_type = "APPLICATION_JSON"

      content = jsonencode({
        type   = "about:blank"
        status = 429
        code   = "too_many_requests"
        title  = "Too Many Requests"
        detail = "Too many requests came from your network. Wait some minutes and send again."
      })
    }
  }
}

# Both, even if one is empty: AWS accepts an empty set, and an address in neither is refused.
resource "aws_wafv2_ip_set" "this" {
  for_each = length(var.addresses) == 0 ? {} : {
    IPV4 = [for network in var.addresses : network if !strcontains(network, ":")]
    IPV6 = [for network in var.addresses : network if strcontains(network, ":")]
  }

  name               = "${var.name}-${lower(each.key)}"
  scope              = var.scope
  ip_address_version = each.key
  addresses          = each.value
}
