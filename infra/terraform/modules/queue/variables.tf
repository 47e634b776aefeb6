variable "name" {
  description = "The queue's name."
  type        = string
}

variable "visibility_timeout_s" {
  description = "How long a received message stays hidden from other consumers, in seconds."
  type        = number
  default     = 30
}

variable "retention_days" {
  description = "How long the queue keeps a message, in days."
  type        = number

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 14
    error_message = "retention_days must be 1 to 14, as SQS allows."
  }
}

variable "dead_letters" {
  description = "The queue that gets a message received this many times and never deleted. null retries a message until it expires."
  type = object({
    arn            = string
    after_receives = number
  })
  default = null
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
