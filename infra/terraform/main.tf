# The stack: its parts, and how they learn about each other. The order must have no cycle:
# the API's id -> api_origins -> the site's content security policy -> the distribution -> site_url -> api_url -> the functions.
# The API names its functions in advance.

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

locals {
  name       = "rollcall-${var.stack}"
  stage_name = "v1"

  stage_host = "${module.api.id}.execute-api.${var.region}.${data.aws_partition.this.dns_suffix}"
  stage_url  = "https://${local.stage_host}/${local.stage_name}"
  api_url    = coalesce(local.edge_url, var.api_url, local.own_api_url, local.stage_url)

  # Pages that were published before the API got another address still post to the old one.
  old_stage_url = var.api_url == null && try(local.domain.old_api_address, "open") == "open" ? local.stage_url : null
  api_origins   = [for url in compact([var.api_url, local.own_api_url, local.old_stage_url]) : regex("^https?://[^/]+", url)]

  # Visitors may use either name; mails and the thank-you page link to the first.
  own_site_urls = [for name in compact([try(local.domain.site, null), module.site.distribution_domain]) : "https://${name}"]
  site_url      = coalesce(var.site_url, "https://${try(local.domain.site, module.site.distribution_domain)}")

  # Spelled out, not read from the functions: they get the API's address, so the API has to exist before them.
  invoke_arn = {
    for function in ["submit", "links", "staff"] : function =>
    "arn:${data.aws_partition.this.partition}:apigateway:${var.region}:lambda:path/2015-03-31/functions/arn:${data.aws_partition.this.partition}:lambda:${var.region}:${data.aws_caller_identity.this.account_id}:function:${local.name}-${function}/invocations"
  }

  secret_arn_prefix = "arn:${data.aws_partition.this.partition}:secretsmanager:${var.region}:${data.aws_caller_identity.this.account_id}:secret"

  # How the stack describes itself: the secret rollcall/<stack>, and the outputs.
  description = merge(
    {
      stack                   = var.stack
      region                  = var.region
      api_url                 = local.api_url
      site_url                = local.site_url
      site_bucket             = module.site.bucket
      distribution_id         = module.site.distribution_id
      distribution_domain     = module.site.distribution_domain
      table                   = module.store.name
      mail_queue_url          = module.mail.queue_url
      mail_dead_letters_url   = module.mail.dead_letters_url
      stream_dead_letters_url = module.store.stream_dead_letters_url
      sender                  = var.sender
    },
    { for desk in local.desk[*] : "desk" => desk },
    {
      for webhooks in local.webhooks[*] : "webhooks" => {
        queue_url        = webhooks.queue_url
        dead_letters_url = webhooks.dead_letters_url
        secret           = webhooks.secret_name
      }
    },
    { for files in local.files[*] : "files" => { bucket = files.bucket, dead_letters_url = files.dead_letters_url } },
  )
}

module "site" {
  source = "./modules/site"

  name              = "${local.name}-site"
  bucket            = "${local.name}-site-${data.aws_caller_identity.this.account_id}"
  api_origins       = local.api_origins
  files_origin      = var.files == null ? null : regex("^https?://[^/]+", local.files_url)
  site_origin       = var.site_url
  widget_origin     = var.turnstile == null ? null : "https://challenges.cloudflare.com"
  keep_pages        = var.deletion_protection
  plaintext_sources = var.plaintext_sources
  web_acl_arn       = one(module.site_firewall[*].arn)
  countries         = local.allowed_countries

  domain = local.domain == null ? null : {
    name            = local.domain.site
    redirects       = local.domain.redirects
    certificate_arn = local.certificate_arns.site
  }

  api = var.one_origin == null ? null : {
    host = coalesce(try(local.domain.api, null), local.stage_host)
    path = "/${local.edge_stage_name}"
    key  = terraform_data.edge_key[0].output
  }

  desk     = local.signs_in ? { sign_in_url = local.sign_in_url } : null
  embed_on = coalesce(var.embed_on, {})
}

module "api" {
  source = "./modules/api"

  name              = local.name
  stage_names       = local.stage_names
  stage_url         = try(local.domain.old_api_address, "open")
  forms             = var.forms
  submit_invoke_arn = local.invoke_arn.submit
  links_invoke_arn  = local.invoke_arn.links

  # One output each: a splat would wait for the client, which needs the site's address.
  staff = var.staff_auth == null ? null : {
    invoke_arn    = local.invoke_arn.staff
    user_pool_arn = local.signs_in ? module.sign_in[0].user_pool_arn : null
    scope         = local.signs_in ? module.sign_in[0].scope : null
  }
  throttle    = var.throttle
  access_logs = var.api_access_logs
  addresses   = try(var.access.addresses, null)
  firewall    = one(module.api_firewall[*])
  tracing     = var.tracing
  key         = local.key
}

module "store" {
  source = "./modules/store"

  name                = local.name
  table_name          = coalesce(var.table_name, "rollcall-${coalesce(var.takes_over, var.stack)}")
  replica_regions     = coalesce(var.replica_regions, [])
  key                 = local.key
  deletion_protection = var.deletion_protection
  plaintext_sources   = var.plaintext_sources
}

module "mail" {
  source = "./modules/mail"

  name               = local.name
  identity           = var.existing_identity == null ? coalesce(var.sender_domain, local.sender_address) : null
  consumer_timeout_s = local.notify_timeout_s
  plaintext_sources  = var.plaintext_sources
  key                = local.key
}

module "secrets" {
  source = "./modules/secrets"

  name                 = "rollcall/${var.stack}"
  description          = local.description
  recovery_window_days = var.deletion_protection ? 30 : 0
  key                  = local.key
}

module "staff" {
  source = "./modules/staff"

  name                   = local.name
  description_secret_arn = module.secrets.description_arn
  key                    = local.key
  table_arn              = module.store.arn
  stream_arn             = module.store.stream_arn
  mail_queue_arn         = module.mail.queue_arn
  dead_letters_arns      = concat([module.mail.dead_letters_arn, module.store.stream_dead_letters_arn], local.webhooks[*].dead_letters_arn)
  webhooks               = local.webhooks
  files                  = local.files

  feedback_dead_letters_arn = module.feedback_dead_letters.arn

  sender_identity_arns = [
    for identity in [local.sender_address, split("@", local.sender_address)[1]] :
    "arn:${data.aws_partition.this.partition}:ses:${var.region}:${data.aws_caller_identity.this.account_id}:identity/${identity}"
  ]
}
