# What no plan of the stand-in provider knows: rules that name sets by their ARNs.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

mock_provider "aws" {
  alias           = "global"
  override_during = plan

  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:us-east-1:111122223333:global/webacl/rollcall-prod-site/1" }
  }

  override_resource {
    target = module.site_firewall[0].aws_wafv2_ip_set.this["IPV4"]
    values = { arn = "arn:ipv4" }
  }

  override_resource {
    target = module.site_firewall[0].aws_wafv2_ip_set.this["IPV6"]
    values = { arn = "arn:ipv6" }
  }
}

variables {
  stack  = "prod"
  region = "eu-north-1"
  sender = "Courses <courses@kuggen.se>"
}

run "addresses_alone_make_a_web_acl_for_the_site" {
  command = plan

  variables {
    access = { addresses = ["192.0.2.0/24", "2001:db8::/32"] }
  }

  assert {
    condition = jsondecode(module.site_firewall[0].rule_json)[*].Statement == [{
      AndStatement = { Statements = [for arn in ["arn:ipv4", "arn:ipv6"] : { NotStatement = { Statement = { IPSetReferenceStatement = { ARN = arn } } } }] }
    }]
    error_message = "An address in neither set must be refused, and nothing else."
  }

  assert {
    condition     = length(module.api_firewall) == 0
    error_message = "The API's policy checks addresses without a web ACL."
  }
}

run "countries_alone_make_a_web_acl_for_the_api" {
  command = plan

  variables {
    access = { countries = ["SE"] }
  }

  assert {
    condition     = length(module.site_firewall) == 0 && length(module.api_firewall) == 1
    error_message = "CloudFront checks countries without a web ACL, API Gateway can't."
  }
}
