# Who did what, where time goes, and what it costs: options, all off.

variable "trail" {
  description = "Records AWS calls with CloudTrail in a bucket of its own, kept for retention_days: who changed this account (management), who read or wrote which item of the table (table). Costs a cent or two a month at rest; then 0.10 USD per 100,000 calls to the table, about ten for each submission, and 2 USD per 100,000 management events if the account has another trail. Visitors wait no longer. null records nothing."
  type = object({
    retention_days = number
    events         = optional(set(string), ["management", "table"])
  })
  default = null

  validation {
    condition     = try(var.trail.retention_days >= 1 && var.trail.retention_days <= 3653 && floor(var.trail.retention_days) == var.trail.retention_days, var.trail == null)
    error_message = "trail.retention_days must be a whole number of days, 1 to 3653 (ten years)."
  }

  validation {
    condition     = try(length(var.trail.events) > 0 && length(setsubtract(var.trail.events, ["management", "table"])) == 0, var.trail == null)
    error_message = "trail.events must contain management, table, or both."
  }
}

variable "tracing" {
  description = "Traces requests through API and functions with X-Ray: one a second, and this share (rate, 0 to 1) of the rest. Costs 5 USD per million traces after the first 100,000 a month, and nothing at rest. Adds no code to the functions, and no visitor waits for a trace. Traces hold visitors' internet addresses for 30 days. null traces nothing."
  type = object({
    rate = optional(number, 0.05)
  })
  default = null

  validation {
    condition     = try(var.tracing.rate >= 0 && var.tracing.rate <= 1, var.tracing == null)
    error_message = "tracing.rate must be a number from 0 to 1, such as 0.05 for one request in twenty."
  }
}

variable "budget" {
  description = "Mails emails when a month's cost passes 80 % of monthly_usd, or is forecast to pass all of it. scope is stack (what carries this stack's tag: make Stack a cost allocation tag first) or account. Costs nothing. null sets no budget."
  type = object({
    monthly_usd = number
    emails      = list(string)
    scope       = optional(string, "stack")
  })
  default = null

  validation {
    condition     = try(var.budget.monthly_usd > 0, var.budget == null)
    error_message = "budget.monthly_usd must be above 0."
  }

  validation {
    condition     = try(length(var.budget.emails) >= 1 && length(var.budget.emails) <= 10 && alltrue([for address in var.budget.emails : can(regex("^[^<>@ ,]+@[^<>@ ,]+$", address))]), var.budget == null)
    error_message = "budget.emails must be one to ten plain addresses, such as operators@example.org."
  }

  validation {
    condition     = try(contains(["stack", "account"], var.budget.scope), var.budget == null)
    error_message = "budget.scope must be stack or account."
  }
}
