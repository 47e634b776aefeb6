# A certificate that ACM renews for as long as its validation records stay in the DNS.

resource "aws_acm_certificate" "this" {
  region                    = var.region
  domain_name               = var.names[0]
  subject_alternative_names = slice(var.names, 1, length(var.names))
  validation_method         = "DNS"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  # By name, because names are known before ACM has said which records it wants.
  records = {
    for name in var.names : name => one([
      for option in aws_acm_certificate.this.domain_validation_options : {
        name  = option.resource_record_name
        type  = option.resource_record_type
        value = option.resource_record_value
      } if option.domain_name == name
    ])
  }
}

resource "aws_route53_record" "validation" {
  for_each = toset(var.zone_id == null ? [] : var.names)

  zone_id         = var.zone_id
  name            = local.records[each.value].name
  type            = local.records[each.value].type
  records         = [local.records[each.value].value]
  ttl             = 300
  allow_overwrite = true # the same record proves the name to every certificate of the account
}

resource "aws_acm_certificate_validation" "this" {
  count = var.wait == null ? 0 : 1

  region                  = var.region
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = var.zone_id == null ? null : [for record in aws_route53_record.validation : record.fqdn]

  timeouts {
    create = var.wait
  }
}
