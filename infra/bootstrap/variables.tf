variable "region" {
  description = "The Region of the bucket and of the stacks."
  type        = string

  validation {
    condition     = can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "region must be a Region's code, such as eu-north-1."
  }
}

variable "state_bucket" {
  description = "The name of the bucket for Terraform's state. Names are unique among all accounts."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.state_bucket))
    error_message = "state_bucket must be 3 to 63 lower-case letters, digits or hyphens, and start and end with a letter or digit."
  }

  validation {
    condition     = !startswith(var.state_bucket, "example-")
    error_message = "state_bucket must not start with example-: that is the example's. Choose a name of your own."
  }
}

variable "api_gateway_logs" {
  description = "Lets API Gateway write access logs, by a role named <role_name>-<region>. null leaves the account's setting as it is: an account has one such role for each Region, so set null if it already has one. Costs nothing."
  type = object({
    role_name = optional(string, "rollcall-api-gateway-logs")
  })
  default = {}

  validation {
    condition     = var.api_gateway_logs == null || can(regex("^[\\w+=,.@-]{1,40}$", var.api_gateway_logs.role_name))
    error_message = "api_gateway_logs.role_name must be 1 to 40 letters, digits or any of _+=,.@-."
  }
}

variable "github_tokens" {
  description = "Lets roles trust the tokens of GitHub's workflows, for delivery from GitHub. null makes no OIDC provider: an account has one for all its Regions, so leave it null if it already has one. Costs nothing."
  type = object({
    audience = optional(string, "sts.amazonaws.com")
  })
  default = null

  validation {
    condition     = var.github_tokens == null || can(regex("^sts\\.amazonaws\\.com(\\.cn)?$", var.github_tokens.audience))
    error_message = "github_tokens.audience must be sts.amazonaws.com, or sts.amazonaws.com.cn in China."
  }
}

variable "plaintext_sources" {
  description = "Loopback addresses that may reach an emulator without TLS. Leave it empty in AWS: the bucket then refuses unencrypted requests."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for source in var.plaintext_sources : contains(["127.0.0.0/8", "::1/128"], source)])
    error_message = "plaintext_sources may contain only 127.0.0.0/8 and ::1/128: requests over a network need TLS."
  }
}
