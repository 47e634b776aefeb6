# Names of one's own: what the stack does with certificates, names and records that no emulator has.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_resource "aws_cloudfront_distribution" {
    defaults = { domain_name = "d111.cloudfront.net", hosted_zone_id = "Z2FDTNDATAQYW2" }
  }

  mock_resource "aws_api_gateway_rest_api" {
    defaults = { id = "a1b2c3d4e5" }
  }

  mock_resource "aws_api_gateway_domain_name" {
    defaults = { regional_domain_name = "d-222.execute-api.eu-north-1.amazonaws.com", regional_zone_id = "Z3UWIKFBOOGXPP" }
  }

  mock_resource "aws_acm_certificate" {
    defaults = {
      arn = "arn:aws:acm:us-east-1:111122223333:certificate/1"
      domain_validation_options = [{
        domain_name           = "courses.kuggen.se"
        resource_record_name  = "_proof.courses.kuggen.se."
        resource_record_type  = "CNAME"
        resource_record_value = "_value.acm-validations.aws."
      }]
    }
  }
}

variables {
  stack  = "prod"
  region = "eu-north-1"
  sender = "Courses <courses@kuggen.se>"
}

run "asks_for_the_validation_records_first" {
  command = plan

  variables {
    domain = { site = "courses.kuggen.se" }
  }

  assert {
    condition     = output.domain_dns_records == [{ name = "_proof.courses.kuggen.se.", type = "CNAME", value = "_value.acm-validations.aws." }]
    error_message = "Only the record that proves the name is needed at first."
  }

  assert {
    condition     = output.site_url == "https://d111.cloudfront.net" && endswith(output.api_url, ".execute-api.eu-north-1.amazonaws.com/v1")
    error_message = "The site and the API must keep their addresses until the certificate is issued."
  }
}

run "then_uses_the_names_and_asks_for_the_rest" {
  command = plan

  variables {
    domain = { site = "courses.kuggen.se", api = "api.kuggen.se", redirects = ["www.kuggen.se"], records_added = true }
  }

  assert {
    condition     = [for record in output.domain_dns_records : "${record.name} ${record.value}" if try(!startswith(record.name, "_"), false)] == ["courses.kuggen.se d111.cloudfront.net", "www.kuggen.se d111.cloudfront.net", "api.kuggen.se d-222.execute-api.eu-north-1.amazonaws.com"]
    error_message = "Every name needs a record that leads to it."
  }

  assert {
    condition     = output.site_url == "https://courses.kuggen.se" && output.api_url == "https://api.kuggen.se"
    error_message = "The site and the API must use their names."
  }

  assert {
    condition     = join(" ", local.api_origins) == "https://api.kuggen.se https://a1b2c3d4e5.execute-api.eu-north-1.amazonaws.com"
    error_message = "Pages that were published before must still reach the API's old address."
  }

  assert {
    condition     = local.own_site_urls == ["https://courses.kuggen.se", "https://d111.cloudfront.net"]
    error_message = "Visitors who kept the old address must still be able to send a form."
  }
}

run "takes_certificates_that_exist" {
  command = plan

  variables {
    domain = { site = "courses.kuggen.se", certificates = { site = "arn:aws:acm:us-east-1:111122223333:certificate/mine" } }
  }

  assert {
    condition     = length(module.certificate) == 0 && local.certificate_arns.site == "arn:aws:acm:us-east-1:111122223333:certificate/mine"
    error_message = "A certificate that you give must be used, and no other requested."
  }
}

run "serves_the_api_on_the_sites_address" {
  command = plan

  variables {
    domain     = { site = "courses.kuggen.se", zone_id = "Z0123456789ABCDEFGHIJ" }
    one_origin = {}
  }

  assert {
    condition     = output.api_url == "https://courses.kuggen.se/api" && output.domain_dns_records == null
    error_message = "The API must answer at /api of the site, and the zone must need no record by hand."
  }
}
