# This file stands by itself: `rollcall check` holds an organisation's values against it, without the rest.

locals {
  sender_address = try(regex("<([^<>]+)>", var.sender)[0], var.sender)
}

variable "stack" {
  description = "The stack's name: local, dev, prod, or another short one. Everything made is named rollcall-<stack>."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,15}$", var.stack))
    error_message = "stack must be 1 to 16 lower-case letters, digits or hyphens, and begin with a letter."
  }
}

variable "region" {
  description = "The Region that holds everything but the distribution, which is global. The data never leaves it."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "region must be a Region's code, such as eu-north-1."
  }
}

variable "package_path" {
  description = "The zip that holds all functions, as the handlers' build makes it."
  type        = string
  default     = "../../dist/rollcall-lambda.zip"

  validation {
    condition     = endswith(var.package_path, ".zip")
    error_message = "package_path must lead to a .zip file."
  }
}

variable "forms" {
  description = "The forms that the API takes, each at POST /<form>; the names of the folders in forms/."
  type        = list(string)
  default     = ["registration", "contact"]

  validation {
    condition     = length(var.forms) > 0 && alltrue([for form in var.forms : can(regex("^[a-z][a-z0-9-]{0,30}$", form))])
    error_message = "forms must name at least one form; a name is 1 to 31 lower-case letters, digits or hyphens, and begins with a letter."
  }

  validation {
    condition     = length(setintersection(var.forms, ["my", "forms", "assets", "calendar", "index", "privacy", "thank-you", "not-found", "unavailable"])) == 0
    error_message = "forms must not name my or forms, where the API answers already, nor assets, calendar, index, privacy, thank-you, not-found or unavailable, which are the site's."
  }

  validation {
    condition     = length(distinct(var.forms)) == length(var.forms)
    error_message = "forms must name each form once."
  }
}

variable "sender" {
  description = "Whom the mails come from: an address, or Name <address>."
  type        = string

  validation {
    condition     = can(regex("^([^<>@\"\r\n]+ <[^<>@ ,]+@[^<>@ ,]+>|[^<>@ ,]+@[^<>@ ,]+)$", var.sender))
    error_message = "sender must be an address such as courses@example.org, or Courses <courses@example.org>."
  }
}

variable "sender_domain" {
  description = "The domain to verify with SES, by DKIM records that the output mail_dns_records lists. null verifies the sender's address alone, by a link mailed to it."
  type        = string
  default     = null

  validation {
    condition     = var.sender_domain == null || try(split("@", local.sender_address)[1] == var.sender_domain, false)
    error_message = "sender_domain must be the part of the sender's address after the @."
  }
}

variable "existing_identity" {
  description = "A domain or address of the sender's that SES in this Region knows already. The stack sends by it, and neither makes nor deletes it. null makes one."
  type        = string
  default     = null

  validation {
    condition     = var.existing_identity == null || try(contains([local.sender_address, split("@", local.sender_address)[1]], var.existing_identity), false)
    error_message = "existing_identity must be the sender's address, or the part of it after the @."
  }

  validation {
    condition     = var.existing_identity == null || var.sender_domain == null
    error_message = "existing_identity and sender_domain exclude each other: sender_domain makes an identity."
  }
}

variable "site_url" {
  description = "The address that visitors see, without a slash at the end. null is https:// and the name in site_domain, or the distribution's own."
  type        = string
  default     = null

  validation {
    condition     = var.site_url == null || can(regex("^https?://[^/]+$", var.site_url))
    error_message = "site_url must be a scheme and a host, such as https://courses.example.org, with no path and no slash at the end."
  }
}

variable "site_domain" {
  description = "The site's own host names, the first one the main one, and a certificate for them in us-east-1. null serves the site at the distribution's own name."
  type = object({
    names           = list(string)
    certificate_arn = string
  })
  default = null

  validation {
    condition     = var.site_domain == null || length(try(var.site_domain.names, [])) > 0
    error_message = "site_domain.names must hold at least one host name."
  }

  validation {
    condition     = var.site_domain == null || can(regex("^arn:[^:]+:acm:us-east-1:", var.site_domain.certificate_arn))
    error_message = "site_domain.certificate_arn must be a certificate of ACM in us-east-1: CloudFront takes no other."
  }
}

variable "api_url" {
  description = "The address under which the API is reached, without a slash at the end: a custom domain, or one machine's address. null is the stage's own."
  type        = string
  default     = null

  validation {
    condition     = var.api_url == null || can(regex("^https?://[^/]+(/[^?#]*[^/?#])?$", var.api_url))
    error_message = "api_url must be an http or https address without a slash at the end, such as https://api.example.org."
  }
}

variable "allowed_origins" {
  description = "Origins, besides the site's own, whose scripts may read the API's answers."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for origin in var.allowed_origins : can(regex("^https?://[^/,*]+$", origin))])
    error_message = "allowed_origins must be scheme and host each, such as https://www.example.org, with no path and no wildcard."
  }
}

variable "log_retention_days" {
  description = "How long function and API logs are kept, in days. Security Hub asks for a year."
  type        = number
  default     = 365

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a period that CloudWatch Logs offers, such as 30 or 365."
  }
}

variable "log_level" {
  description = "The least severe log line that the functions write."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["DEBUG", "INFO", "WARNING", "ERROR"], var.log_level)
    error_message = "log_level must be DEBUG, INFO, WARNING or ERROR."
  }
}

variable "throttle" {
  description = "How many requests a second the API takes from all visitors together (rate), and how many at once (burst); more get 429."
  type = object({
    rate  = number
    burst = number
  })
  default = {
    rate  = 50
    burst = 500
  }

  validation {
    condition     = var.throttle.rate > 0 && var.throttle.burst >= 1 && floor(var.throttle.burst) == var.throttle.burst
    error_message = "throttle.rate must be above 0, and throttle.burst a whole number of at least 1."
  }
}

variable "rate_limits" {
  description = "How many posts one network address may send in ten minutes (per_address), and how many entries one e-mail address may get a day (per_email); more get 429. 0 is without limit."
  type = object({
    per_address = optional(number, 100)
    per_email   = optional(number, 20)
  })
  default = {}

  validation {
    condition     = alltrue([for limit in values(var.rate_limits) : limit >= 0 && floor(limit) == limit])
    error_message = "rate_limits must be whole numbers, 0 or more."
  }
}

variable "turnstile" {
  description = "Asks Cloudflare Turnstile whether a person sent a form; secret_name is the secret in Secrets Manager that holds the site's secret key. Without a valid token nothing is taken. null asks nobody."
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
  description = "How many of each function may run at once; null leaves a function to the account's common pool, 0 stops it."
  type = object({
    submit   = optional(number)
    links    = optional(number)
    sweep    = optional(number)
    dispatch = optional(number)
    notify   = optional(number)
    feedback = optional(number)
  })
  default = {}

  validation {
    condition     = alltrue([for limit in values(var.reserved_concurrency) : limit == null || try(limit >= 0 && floor(limit) == limit, false)])
    error_message = "reserved_concurrency must be whole numbers, 0 or more, or null."
  }

  validation {
    condition     = try(var.reserved_concurrency.notify >= 2 || var.reserved_concurrency.notify == 0, true)
    error_message = "reserved_concurrency.notify must be 0 or at least 2: the mail queue hands out to two at a time."
  }
}

variable "api_access_logs" {
  description = "Logs one line a request (no address, no query), kept for retention_days. The account must have given API Gateway a role for its logs. null logs none."
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
  description = "Who is told when mails or records end as dead letters, or functions fail. null tells nobody; the alarms are there all the same."
  type        = string
  default     = null

  validation {
    condition     = var.alarm_email == null || can(regex("^[^<>@ ,]+@[^<>@ ,]+$", var.alarm_email))
    error_message = "alarm_email must be a plain address, such as operators@example.org."
  }
}

variable "table_name" {
  description = "The table that holds the entries. Left out: rollcall-<stack>. After a restore: the table that was restored into, rollcall-<stack>-restored-<anything>. See the operator's guide, Restoring."
  type        = string
  default     = null

  validation {
    condition     = var.table_name == null || can(regex("^rollcall-${var.stack}-restored-[a-z0-9-]+$", coalesce(var.table_name, "-")))
    error_message = "table_name must be left out, or be rollcall-<stack>-restored- and then small letters, digits or hyphens."
  }
}

variable "deletion_protection" {
  description = "Refuses to delete the table and a site bucket that holds pages, and keeps deleted secrets for 30 days. Set to false, then apply, before a destroy."
  type        = bool
  default     = true
}

variable "plaintext_sources" {
  description = "This machine's own addresses, from which an emulator is spoken to without TLS. Empty against AWS: bucket and queues refuse all that isn't encrypted on the way."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for source in var.plaintext_sources : contains(["127.0.0.0/8", "::1/128"], source)])
    error_message = "plaintext_sources may hold 127.0.0.0/8 and ::1/128 alone: nothing that comes over a network goes without TLS."
  }
}

variable "tags" {
  description = "Tags for everything made, besides Project and Stack."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection(keys(var.tags), ["Project", "Stack"])) == 0
    error_message = "tags must not hold Project or Stack: the stack sets them."
  }
}
