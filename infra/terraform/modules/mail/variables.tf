variable "name" {
  description = "The stack's full name. Resources are named after it."
  type        = string
}

variable "identity" {
  description = "The address or domain for SES to verify. null if SES already knows the sender."
  type        = string
}

variable "consumer_timeout_s" {
  description = "How long the function that consumes the queue may run, in seconds."
  type        = number

  validation {
    condition     = var.consumer_timeout_s >= 1 && var.consumer_timeout_s <= 900
    error_message = "consumer_timeout_s must be 1 to 900, as Lambda allows."
  }
}

variable "plaintext_sources" {
  description = "Loopback addresses that may connect without TLS. Empty in AWS."
  type        = list(string)
}

variable "key" {
  description = "The stack's own key. A retired one opens what is under it, and nothing new comes under it. null leaves the keys to AWS."
  type = object({
    arn     = string
    retired = bool
  })
}
