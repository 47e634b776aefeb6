# The options of variables_audit.tf. The functions and the API learn of tracing in functions.tf and main.tf.

module "trail" {
  source = "./modules/trail"
  count  = var.trail == null ? 0 : 1

  name              = local.name
  events            = var.trail.events
  retention_days    = var.trail.retention_days
  table_arn         = module.store.arn
  keep_records      = var.deletion_protection
  plaintext_sources = var.plaintext_sources
}

module "tracing" {
  source = "./modules/tracing"
  count  = var.tracing == null ? 0 : 1

  name = local.name
  rate = var.tracing.rate
}

module "budget" {
  source = "./modules/budget"
  count  = var.budget == null ? 0 : 1

  name        = local.name
  monthly_usd = var.budget.monthly_usd
  emails      = var.budget.emails
  stack       = var.budget.scope == "stack" ? var.stack : null
}
