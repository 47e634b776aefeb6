# Who may reach the stack: the web ACLs of the site and of the API. The rest of var.access is in modules/site and modules/api.

locals {
  allowed_addresses = try(var.access.addresses, [])
  allowed_countries = try(var.access.countries, [])

  # What AWS checks for free needs no web ACL: a distribution knows countries, an API's policy knows addresses.
  site_protection = try(contains(var.firewall.covers, "site"), false) ? { mode = var.firewall.mode, rate = var.firewall.rate } : null
  api_protection  = try(contains(var.firewall.covers, "api"), false) ? { mode = var.firewall.mode, rate = var.firewall.rate } : null
}

module "site_firewall" {
  source    = "./modules/firewall"
  count     = local.site_protection != null || length(local.allowed_addresses) > 0 ? 1 : 0
  providers = { aws = aws.global }

  name            = "${local.name}-site"
  scope           = "CLOUDFRONT"
  relayed_stage   = null
  protection      = local.site_protection
  forms           = var.forms
  free_text_below = var.staff_auth == null ? [] : ["staff"]
  stage_names     = local.stage_names
  addresses       = local.allowed_addresses
  countries       = []
}

module "api_firewall" {
  source = "./modules/firewall"
  count  = local.api_protection != null || length(local.allowed_countries) > 0 ? 1 : 0

  name            = "${local.name}-api"
  scope           = "REGIONAL"
  relayed_stage   = var.one_origin == null ? null : local.edge_stage_name
  protection      = local.api_protection
  forms           = var.forms
  free_text_below = var.staff_auth == null ? [] : ["staff"]
  stage_names     = local.stage_names
  addresses       = []
  countries       = local.allowed_countries
}

# --- a key of one's own -------------------------------------------------------------------------------------------------

module "key" {
  source = "./modules/key"
  count  = var.encryption == null ? 0 : 1

  name                 = local.name
  deletion_window_days = var.encryption.deletion_window_days
  deletion_protection  = var.deletion_protection && !var.encryption.retired
}

locals {
  # A retired key still opens what is under it, and nothing new comes under it.
  key = var.encryption == null ? null : {
    arn      = module.key[0].arn
    retired  = var.encryption.retired
    services = [for service in concat(["dynamodb", "secretsmanager", "sqs"], var.files == null ? [] : ["s3"]) : "${service}.${var.region}.${data.aws_partition.this.dns_suffix}"]
  }
}
