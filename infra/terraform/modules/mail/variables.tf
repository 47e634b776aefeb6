variable "name" {
  description = "The stack's name in full; what is made here is named after it."
  type        = string
}

variable "identity" {
  description = "The address or the domain to verify with SES; null where SES knows the sender already."
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
  description = "This machine's own addresses, let through without TLS; empty against AWS."
  type        = list(string)
}
