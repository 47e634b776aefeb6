# `rollcall check` validates an organisation's values with the files variables*.tf, without the rest: they stand alone.

locals {
  sender_address = try(regex("<([^<>]+)>", var.sender)[0], var.sender)
}

variable "stack" {
  description = "The stack's name: local, dev, prod, or another short one. Every resource is named rollcall-<stack>."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,15}$", var.stack))
    error_message = "stack must be 1 to 16 lower-case letters, digits or hyphens, and start with a letter."
  }
}

variable "region" {
  description = "The Region of everything but the distribution, which is global. The data never leaves it."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "region must be a Region's code, such as eu-north-1."
  }
}

variable "package_path" {
  description = "The zip with all functions, as make package builds it."
  type        = string
  default     = "../../dist/rollcall-lambda.zip"
  nullable    = false

  validation {
    condition     = endswith(var.package_path, ".zip")
    error_message = "package_path must be the path of a .zip file."
  }
}

variable "forms" {
  description = "The forms that the API accepts, each at POST /<form>: the names of the folders in forms/."
  type        = list(string)
  default     = ["registration", "contact"]
  nullable    = false

  validation {
    condition     = length(var.forms) > 0 && alltrue([for form in var.forms : can(regex("^[a-z][a-z0-9-]{0,30}$", form))])
    error_message = "forms must name at least one form. A name is 1 to 31 lower-case letters, digits or hyphens, and starts with a letter."
  }

  validation {
    condition     = length(setintersection(var.forms, ["my", "forms", "assets", "calendar", "embed", "index", "privacy", "thank-you", "not-found", "unavailable"])) == 0
    error_message = "forms must not contain my or forms, which the API uses, or assets, calendar, embed, index, privacy, thank-you, not-found or unavailable, which the site uses."
  }

  validation {
    condition     = length(distinct(var.forms)) == length(var.forms)
    error_message = "forms must name each form once."
  }
}

variable "sender" {
  description = "Who the mails come from: an address, or Name <address>."
  type        = string

  validation {
    condition     = can(regex("^([^<>@\"\r\n]+ <[^<>@ ,]+@[^<>@ ,]+>|[^<>@ ,]+@[^<>@ ,]+)$", var.sender))
    error_message = "sender must be an address such as courses@example.org, or Courses <courses@example.org>."
  }
}

variable "sender_domain" {
  description = "The domain that SES verifies by the DKIM records in the output mail_dns_records. null verifies only the sender's address, by a link mailed to it."
  type        = string
  default     = null

  validation {
    condition     = var.sender_domain == null || try(split("@", local.sender_address)[1] == var.sender_domain, false)
    error_message = "sender_domain must be the part of the sender's address after the @."
  }
}

variable "existing_identity" {
  description = "The sender's domain or address, if SES already knows it in this Region. The stack sends from it, and neither creates nor deletes it. null creates an identity."
  type        = string
  default     = null

  validation {
    condition     = var.existing_identity == null || try(contains([local.sender_address, split("@", local.sender_address)[1]], var.existing_identity), false)
    error_message = "existing_identity must be the sender's address, or the part of it after the @."
  }

  validation {
    condition     = var.existing_identity == null || var.sender_domain == null
    error_message = "Set existing_identity or sender_domain, not both: sender_domain creates an identity."
  }
}

variable "site_url" {
  description = "The address that visitors see, without a slash at the end. null means https:// and the name in domain, or the distribution's name."
  type        = string
  default     = null

  validation {
    condition     = var.site_url == null || can(regex("^https?://[^/]+$", var.site_url))
    error_message = "site_url must be a scheme and a host, such as https://courses.example.org, with no path and no slash at the end."
  }
}

variable "api_url" {
  description = "The API's address, without a slash at the end, if something outside this stack provides it. null means the name in domain, or the stage's own address."
  type        = string
  default     = null

  validation {
    condition     = var.api_url == null || can(regex("^https?://[^/]+(/[^?#]*[^/?#])?$", var.api_url))
    error_message = "api_url must be an http or https address without a slash at the end, such as https://api.example.org."
  }
}

variable "allowed_origins" {
  description = "Origins whose scripts may read the API's answers, besides the site's own."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for origin in var.allowed_origins : can(regex("^https?://[^/,*]+$", origin))])
    error_message = "Each of allowed_origins must be a scheme and a host, such as https://www.example.org, with no path and no wildcard."
  }
}

variable "log_retention_days" {
  description = "How long function and API logs are kept, in days. Security Hub asks for a year."
  type        = number
  default     = 365
  nullable    = false

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a period that CloudWatch Logs offers, such as 30 or 365."
  }
}

variable "log_level" {
  description = "The least severe log line that the functions write."
  type        = string
  default     = "INFO"
  nullable    = false

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING or ERROR."
  }
}

variable "throttle" {
  description = "How many requests a second the API accepts from all visitors together (rate), and how many at once (burst). More get 429."
  type = object({
    rate  = number
    burst = number
  })
  default = {
    rate  = 50
    burst = 500
  }
  nullable = false

  validation {
    condition     = try(var.throttle.rate > 0 && var.throttle.burst >= 1 && floor(var.throttle.burst) == var.throttle.burst, false)
    error_message = "throttle.rate must be above 0, and throttle.burst a whole number of at least 1."
  }
}

variable "rate_limits" {
  description = "How many posts one network address may send in ten minutes (per_address), and how many submissions one e-mail address may make a day (per_email). More get 429. 0 means no limit."
  type = object({
    per_address = optional(number, 100)
    per_email   = optional(number, 20)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for limit in values(var.rate_limits) : limit >= 0 && floor(limit) == limit])
    error_message = "rate_limits must be whole numbers, 0 or more."
  }
}

variable "turnstile" {
  description = "Makes Cloudflare Turnstile check that a person sent the form. secret_name is the secret in Secrets Manager that holds the site's secret key. The API then refuses posts without a valid token. null turns the check off."
  type = object({
    secret_name = string
  })
  default = null

  validation {
    condition     = var.turnstile == null || can(regex("^[A-Za-z0-9/_+=.@-]{1,512}$", var.turnstile.secret_name))
    error_message = "turnstile.secret_name must be a secret's name, such as rollcall/prod/turnstile."
  }
}

variable "reserved_concurrency" {
  description = "How many of each function may run at once. null leaves a function in the account's shared pool, 0 stops it."
  type = object({
    submit   = optional(number)
    links    = optional(number)
    sweep    = optional(number)
    dispatch = optional(number)
    notify   = optional(number)
    feedback = optional(number)
    staff    = optional(number)
    deliver  = optional(number)
    files    = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for limit in values(var.reserved_concurrency) : limit == null || try(limit >= 0 && floor(limit) == limit, false)])
    error_message = "reserved_concurrency must be whole numbers, 0 or more, or null."
  }

  validation {
    condition     = try(var.reserved_concurrency.notify >= 2 || var.reserved_concurrency.notify == 0, true)
    error_message = "reserved_concurrency.notify must be 0 or at least 2: the mail queue invokes two at a time."
  }

  validation {
    condition     = try(var.reserved_concurrency.deliver >= 5 || var.reserved_concurrency.deliver == 0, true)
    error_message = "reserved_concurrency.deliver must be 0 or at least 5: the webhook queue invokes five at a time."
  }
}

variable "api_access_logs" {
  description = "Logs one line per request (no address, no query), kept for retention_days, at about 0.60 USD a GB, with no effect on latency. infra/bootstrap makes the role that API Gateway needs for it. null logs nothing."
  type = object({
    retention_days = number
  })
  default = null

  validation {
    condition     = try(contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.api_access_logs.retention_days), var.api_access_logs == null)
    error_message = "api_access_logs.retention_days must be a period that CloudWatch Logs offers, such as 30 or 365."
  }
}

variable "alarm_email" {
  description = "The address that alarms go to, such as when mails become dead letters or functions fail. With null the alarms exist but mail nobody."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^<>@ ,]+@[^<>@ ,]+$", var.alarm_email))
    error_message = "alarm_email must be a plain address, such as operators@example.org."
  }
}

variable "table_name" {
  description = "The table that holds the submissions. null means rollcall-<stack>. After a restore, name the new table: rollcall-<stack>-restored-<anything>. See docs/runbook.md, Restoring."
  type        = string
  default     = null

  validation {
    condition     = var.table_name == null || can(regex("^rollcall-${var.stack}-restored-[a-z0-9-]+$", coalesce(var.table_name, "-")))
    error_message = "table_name must be null, or rollcall-<stack>-restored- followed by lower-case letters, digits or hyphens."
  }
}

variable "deletion_protection" {
  description = "Protects the table and a site bucket with pages from deletion, and keeps deleted secrets for 30 days. Before a destroy, set it to false and apply."
  type        = bool
  default     = true
  nullable    = false
}

variable "plaintext_sources" {
  description = "Loopback addresses that may reach an emulator without TLS. Leave it empty in AWS: the bucket and the queues then refuse unencrypted requests."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for source in var.plaintext_sources : contains(["127.0.0.0/8", "::1/128"], source)])
    error_message = "plaintext_sources may contain only 127.0.0.0/8 and ::1/128: requests over a network need TLS."
  }
}

variable "tags" {
  description = "Tags for every resource, besides Project and Stack."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection(keys(var.tags), ["Project", "Stack"])) == 0
    error_message = "tags must not contain Project or Stack: the stack sets them."
  }
}
