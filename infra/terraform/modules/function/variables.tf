variable "name" {
  description = "The function's name within the stack. lambda_handlers has a module of this name with its handler."
  type        = string
}

variable "shared" {
  description = "What all functions of the stack share. reserved_concurrency: how many of each may run at once; null leaves a function in the account's shared pool. environment: variables that each gets. tracing: sends traces to X-Ray; null sends none. key: the stack's own key, or null; a retired one opens what is under it, and nothing new comes under it; services are those through which a function may use it."
  type = object({
    prefix               = string
    package_path         = string
    reserved_concurrency = map(number)
    log_level            = string
    log_retention_days   = number
    tracing              = object({})
    environment          = map(string)

    key = object({
      arn      = string
      retired  = bool
      services = list(string)
    })
  })
}

variable "description" {
  description = "What the function does, in a sentence."
  type        = string
}

variable "policy" {
  description = "The IAM policy document, as JSON, for the function's work. This module adds the log."
  type        = string
}

variable "environment" {
  description = "The function's own environment variables."
  type        = map(string)
}

variable "timeout_s" {
  description = "How long one run may take, in seconds."
  type        = number

  validation {
    condition     = var.timeout_s >= 1 && var.timeout_s <= 900
    error_message = "timeout_s must be 1 to 900, as Lambda allows."
  }
}

variable "memory_mb" {
  description = "The function's memory, in MB. Its CPU share grows with it."
  type        = number

  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240
    error_message = "memory_mb must be 128 to 10240, as Lambda allows."
  }
}
