# The API's own name, and the DNS records that lead to the site and the API.

locals {
  # Route 53 answers an alias itself, so it costs visitors no second look-up and nobody a query fee.
  # HTTPS tells browsers about HTTP/3 before they connect.
  records = var.zone_id == null ? {} : merge(
    {
      for pair in setproduct(var.site_names, ["A", "AAAA", "HTTPS"]) : "${pair[0]} ${pair[1]}" => {
        name   = pair[0]
        type   = pair[1]
        target = var.distribution
      }
    },
    {
      for type in var.api == null ? [] : ["A", "AAAA"] : "${var.api.name} ${type}" => {
        name = var.api.name
        type = type
        target = {
          domain_name = aws_api_gateway_domain_name.this[0].regional_domain_name
          zone_id     = aws_api_gateway_domain_name.this[0].regional_zone_id
        }
      }
    },
  )
}

resource "aws_route53_record" "this" {
  for_each = local.records

  zone_id = var.zone_id
  name    = each.value.name
  type    = each.value.type

  alias {
    name                   = each.value.target.domain_name
    zone_id                = each.value.target.zone_id
    evaluate_target_health = false
  }
}

resource "aws_api_gateway_domain_name" "this" {
  count = var.api == null ? 0 : 1

  domain_name              = var.api.name
  regional_certificate_arn = var.api.certificate_arn
  security_policy          = "TLS_1_2"

  endpoint_configuration {
    types           = ["REGIONAL"]
    ip_address_type = "dualstack"
  }
}

resource "aws_api_gateway_base_path_mapping" "this" {
  for_each = var.api == null ? {} : var.api.stages

  api_id      = var.api.id
  domain_name = aws_api_gateway_domain_name.this[0].domain_name
  base_path   = each.key == "" ? null : each.key
  stage_name  = each.value
}
