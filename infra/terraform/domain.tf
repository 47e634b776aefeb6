# Names of one's own, and one origin for the site and the API.

locals {
  # Until the certificates can be issued, the site and the API keep their old addresses.
  domain = var.domain == null ? null : (
    var.domain.zone_id != null || var.domain.certificates != null || var.domain.records_added ? var.domain : null
  )
  site_names  = var.domain == null ? [] : concat([var.domain.site], var.domain.redirects)
  own_api_url = try(local.domain.api, null) == null ? null : "https://${local.domain.api}"

  requested_certificates = {
    for use, certificate in {
      site = { names = local.site_names, region = "us-east-1" }
      api  = { names = compact([try(var.domain.api, null)]), region = var.region }
    } : use => certificate if try(var.domain.certificates, null) == null && length(certificate.names) > 0
  }
  certificate_arns = {
    for use in ["site", "api"] : use => try(local.domain.certificates[use], module.certificate[use].arn, null)
  }

  # The stage's name is the first part of its path, so CloudFront passes /api/… on as it is.
  edge_stage_name = "api"
  edge_url        = var.one_origin == null ? null : "${local.site_url}/${local.edge_stage_name}"
  stage_names     = concat([local.stage_name], var.one_origin == null ? [] : [local.edge_stage_name])
}

module "certificate" {
  source   = "./modules/certificate"
  for_each = local.requested_certificates

  names   = each.value.names
  region  = each.value.region
  zone_id = var.domain.zone_id
  wait    = local.domain == null ? null : "20m"
}

module "names" {
  source = "./modules/names"
  count  = local.domain == null ? 0 : 1

  site_names = local.site_names
  zone_id    = local.domain.zone_id

  distribution = {
    domain_name = module.site.distribution_domain
    zone_id     = module.site.distribution_zone_id
  }

  api = local.domain.api == null ? null : {
    name            = local.domain.api
    certificate_arn = local.certificate_arns.api
    id              = module.api.id
    stages          = { for name, made in module.api.stages : name == local.stage_name ? "" : name => made }
  }
}

# --- one origin ---------------------------------------------------------------------------------------------------------

# With it the distribution proves to submit that a request came through it, so that its word on the visitor's address counts.
# It opens nothing: someone who has it could only evade the limit per network address.
resource "terraform_data" "edge_key" {
  count = var.one_origin == null ? 0 : 1

  input = uuid()

  lifecycle {
    ignore_changes = [input]
  }
}

resource "aws_lambda_permission" "edge" {
  for_each = var.one_origin == null ? {} : {
    edge-post-forms = { function = module.submit.name, calls = "POST/*" }
    edge-get-forms  = { function = module.submit.name, calls = "GET/*" }
    edge-post-my    = { function = module.links.name, calls = "POST/my" }
    edge-get-my     = { function = module.links.name, calls = "GET/my" }
    edge-calendar   = { function = module.links.name, calls = "*/calendar.ics" }
  }

  statement_id  = each.key
  action        = "lambda:InvokeFunction"
  function_name = each.value.function
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${module.api.execution_arn}/${local.edge_stage_name}/${each.value.calls}"
}

# --- what is left to do by hand -----------------------------------------------------------------------------------------

output "domain_dns_records" {
  description = "The records for your DNS, if the stack doesn't make them in Route 53. Keep them all: ACM renews a certificate only while its records are there."
  value = var.domain == null || try(var.domain.zone_id, null) != null ? null : concat(
    flatten([for certificate in module.certificate : certificate.records]),
    local.domain == null ? [] : [for name in local.site_names : { name = name, type = "CNAME", value = module.site.distribution_domain }],
    try(local.domain.api, null) == null ? [] : [{ name = local.domain.api, type = "CNAME", value = module.names[0].api_target }],
  )
}

output "domain_next_step" {
  description = "What to do next for the names in domain."
  value = var.domain == null ? null : (
    local.domain == null ? "Add the records of domain_dns_records to your DNS. Then set records_added = true in domain, and apply again." :
    local.domain.zone_id == null ? "Add the CNAME records of domain_dns_records to your DNS, and run: rollcall site publish." :
    "Run: rollcall site publish."
  )
}
