variable "name" {
  description = "The name of the function and of its role."
  type        = string
}

variable "description" {
  description = "What the function does, in a sentence."
  type        = string
}

variable "handler" {
  description = "The entry point: module.function."
  type        = string
}

variable "package_path" {
  description = "The zip that holds the code."
  type        = string
}

variable "policy" {
  description = "The IAM policy document, as JSON, for the function's work. This module adds the log."
  type        = string
}

variable "environment" {
  description = "The function's environment variables."
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

variable "reserved_concurrency" {
  description = "How many may run at once. null leaves the function in the account's shared pool."
  type        = number
  default     = null
}

variable "log_level" {
  description = "The least severe line that reaches the log."
  type        = string
}

variable "log_retention_days" {
  description = "How long the log is kept, in days."
  type        = number
}
