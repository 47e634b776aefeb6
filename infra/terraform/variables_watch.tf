# Watching a stack: more alarms, a dashboard, the site's access logs. Wired up in watch.tf.

variable "alarms" {
  description = "More alarms than the nine that every stack has, at 0.10 USD each a month: one for requests refused with 429, one each for errors, throttles and slow runs of the functions named, and one for no_submissions_days (1 to 7) without a submission. The functions then count in metrics of their own, at up to 0.30 USD each a month, with no effect on latency. null adds none."
  type = object({
    functions           = optional(list(string), [])
    no_submissions_days = optional(number)
  })
  default = null

  validation {
    condition     = length(setsubtract(try(var.alarms.functions, []), ["submit", "links", "sweep", "dispatch", "notify", "feedback", "staff", "deliver", "files"])) == 0
    error_message = "alarms.functions may name submit, links, sweep, dispatch, notify, feedback, staff, deliver and files."
  }

  validation {
    condition     = var.staff_auth != null || !contains(try(var.alarms.functions, []), "staff")
    error_message = "alarms.functions may name staff only if staff_auth is set: there is no such function otherwise."
  }

  validation {
    condition     = var.webhooks != null || !contains(try(var.alarms.functions, []), "deliver")
    error_message = "alarms.functions may name deliver only if webhooks is set: there is no such function otherwise."
  }

  validation {
    condition     = var.files != null || !contains(try(var.alarms.functions, []), "files")
    error_message = "alarms.functions may name files only if files is set: there is no such function otherwise."
  }

  # CloudWatch looks back seven days at most: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  validation {
    condition     = try(contains([1, 2, 3, 4, 5, 6, 7], coalesce(var.alarms.no_submissions_days, 1)), var.alarms == null)
    error_message = "alarms.no_submissions_days must be a whole number from 1 to 7: CloudWatch looks back no further."
  }

  validation {
    condition     = var.alarms == null || contains(["DEBUG", "INFO"], var.log_level)
    error_message = "alarms needs log_level DEBUG or INFO: the functions count in their INFO lines."
  }
}

variable "dashboard" {
  description = "A CloudWatch dashboard of the stack: alarms, submissions by form, seats, mails, errors and latency. days is how far back it shows when it opens. It costs 3 USD a month after the account's first three, and its metrics up to 0.30 each, with no effect on latency. null makes none."
  type = object({
    days = optional(number, 7)
  })
  default = null

  # CloudWatch keeps hourly figures for 455 days.
  validation {
    condition     = try(var.dashboard.days >= 1 && var.dashboard.days <= 455 && floor(var.dashboard.days) == var.dashboard.days, var.dashboard == null)
    error_message = "dashboard.days must be a whole number from 1 to 455: CloudWatch keeps figures no longer."
  }

  validation {
    condition     = var.dashboard == null || contains(["DEBUG", "INFO"], var.log_level)
    error_message = "dashboard needs log_level DEBUG or INFO: the functions count in their INFO lines."
  }
}

variable "site_access_logs" {
  description = "Logs each request to the site (no address, no query, no cookie, no browser) in a bucket of its own, and deletes a log after retention_days. It costs cents a month for storage, with no effect on latency. null logs nothing."
  type = object({
    retention_days = number
  })
  default = null

  validation {
    condition     = try(var.site_access_logs.retention_days >= 1 && var.site_access_logs.retention_days <= 3653 && floor(var.site_access_logs.retention_days) == var.site_access_logs.retention_days, var.site_access_logs == null)
    error_message = "site_access_logs.retention_days must be a whole number from 1 to 3653."
  }
}
