variable "name" {
  description = "The bucket's name, unique across all AWS accounts."
  type        = string

  validation {
    condition     = length(var.name) >= 3 && length(var.name) <= 63
    error_message = "name must be 3 to 63 characters, as S3 allows."
  }
}

variable "policy" {
  description = "The policy document, as JSON, of who may use the bucket. This module adds that nobody may without TLS."
  type        = string
}

variable "lifecycle_rule" {
  description = "The life cycle's name, how many days an object is kept (null: for ever), how the names of those objects begin (null: all), and how many days a replaced or deleted object can be restored (null: it is gone at once)."
  type = object({
    name            = string
    days            = optional(number)
    prefix          = optional(string)
    noncurrent_days = optional(number)
  })
}

variable "keep_objects" {
  description = "Whether a destroy refuses to delete a bucket that holds objects."
  type        = bool
}

variable "plaintext_sources" {
  description = "Loopback addresses that may connect without TLS. Empty in AWS."
  type        = list(string)
}

variable "key" {
  description = "The stack's own KMS key, which encrypts the objects unless it is retired. null leaves them under S3's own."
  type = object({
    arn     = string
    retired = bool
  })
  default = null
}
