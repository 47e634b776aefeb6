variable "name" {
  description = "The stack's full name. The queues are named after it."
  type        = string
}

variable "secret_name" {
  description = "The name of the secret with the keys that sign webhooks."
  type        = string
}

variable "recovery_window_days" {
  description = "How long a deleted secret can be restored, in days. 0 deletes it at once."
  type        = number
}

variable "consumer_timeout_s" {
  description = "How long the function that delivers may run, in seconds."
  type        = number
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
