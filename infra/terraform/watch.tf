# Watching the stack: alarms, the dashboard, the site's access logs, and what the functions count for them.

locals {
  metrics_namespace = "Rollcall/${var.stack}"
  counting          = { METRICS_NAMESPACE = local.metrics_namespace }

  # A metric costs money, so a function counts only what somebody looks at.
  metrics_of = {
    submit = { for name, value in local.counting : name => value if var.alarms != null || var.dashboard != null }
    others = { for name, value in local.counting : name => value if var.dashboard != null }
  }

  # With one_origin the API has two stages, and its name alone stands for both.
  api_dimensions = {
    for name, value in { ApiName = module.api.name, Stage = local.stage_name } : name => value
    if name == "ApiName" || var.one_origin == null
  }

  watched_functions = merge(
    {
      submit   = module.submit
      links    = module.links
      sweep    = module.sweep
      dispatch = module.dispatch
      notify   = module.notify
      feedback = module.feedback
    },
    { for function in module.staff_function : "staff" => function },
    { for function in module.deliver : "deliver" => function },
    { for function in module.files_function : "files" => function },
  )

  # Each queue of dead letters, with what to do about them.
  dead_letters = merge(
    {
      (module.mail.dead_letters_name)         = "five attempts to send a mail failed. Run rollcall mail failed, fix the cause, then run rollcall mail redrive."
      (module.store.stream_dead_letters_name) = "dispatch could not queue the mails of some submissions. Read its log, fix the cause, then run rollcall mail redrive within a day."
      (module.feedback_dead_letters.name)     = "what SES reported about a mail could not be recorded. Read the log of feedback, fix the cause, then retry it."
    },
    {
      for webhooks in local.webhooks[*] : (webhooks.dead_letters_name) => "eight attempts to deliver a webhook failed, or its receiver wants no more. Run rollcall webhook failed, fix the cause, then run rollcall webhook redrive."
    },
    {
      for files in local.files[*] : (files.dead_letters_name) => "a file could not be examined, or the files of an erased submission could not be deleted. Read the log of files and fix the cause: it tries again every hour, and incoming files wait for a day."
    },
  )
}

module "alarms" {
  source = "./modules/alarms"

  name              = local.name
  email             = var.alarm_email
  key               = local.key
  more              = var.alarms
  metrics_namespace = local.metrics_namespace
  access_log_group  = module.api.access_log_group
  api_dimensions    = local.api_dimensions
  mail_queue        = module.mail.queue_name
  dead_letters      = local.dead_letters
  stream_function   = module.dispatch.name
  sweep_function    = module.sweep.name
  functions         = { for name, function in local.watched_functions : name => { name = function.name, timeout_s = function.timeout_s } }
}

module "dashboard" {
  source = "./modules/dashboard"
  count  = var.dashboard == null ? 0 : 1

  name              = local.name
  region            = var.region
  days              = var.dashboard.days
  metrics_namespace = local.metrics_namespace
  forms             = var.forms
  functions         = [for function in local.watched_functions : function.name]
  stream_function   = module.dispatch.name
  mail_queue        = module.mail.queue_name
  dead_letters      = keys(local.dead_letters)
  api_dimensions    = local.api_dimensions

  # Spelled out, so that a plan shows the whole page: AWS would tell the ARNs only once the alarms exist.
  alarm_arns = [
    for alarm in module.alarms.names :
    "arn:${data.aws_partition.this.partition}:cloudwatch:${var.region}:${data.aws_caller_identity.this.account_id}:alarm:${alarm}"
  ]
}

module "site_logs" {
  source    = "./modules/site_logs"
  count     = var.site_access_logs == null ? 0 : 1
  providers = { aws = aws, aws.global = aws.global }

  name             = "${local.name}-site"
  bucket           = "${local.name}-site-logs-${data.aws_caller_identity.this.account_id}"
  partition        = data.aws_partition.this.partition
  account          = data.aws_caller_identity.this.account_id
  distribution_arn = module.site.distribution_arn
  retention_days   = var.site_access_logs.retention_days
  keep_logs        = var.deletion_protection
}
