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
  description = "How long a message is kept when nobody deletes it, in days."
  type        = number

  validation {
    condition     = var.retention_days >= 1 && var.retention_days <= 14
    error_message = "retention_days must be 1 to 14: SQS keeps nothing longer."
  }
}

variable "dead_letters" {
  description = "The queue that takes a message received this many times and never deleted. null lets it be tried until it is too old."
  type = object({
    arn            = string
    after_receives = number
  })
  default = null
}

variable "plaintext_sources" {
  description = "This machine's own addresses, let through without TLS; empty against AWS."
  type        = list(string)
}
