variable "name" {
  description = "The name of the secret that describes the stack. The signing keys are in <name>/signing-key."
  type        = string
}

variable "description" {
  description = "How the stack describes itself."
  type        = any
}

variable "recovery_window_days" {
  description = "How long a deleted secret can be restored, in days. 0 deletes it at once."
  type        = number

  validation {
    condition     = var.recovery_window_days == 0 || (var.recovery_window_days >= 7 && var.recovery_window_days <= 30)
    error_message = "recovery_window_days must be 0, or 7 to 30."
  }
}

variable "key" {
  description = "The stack's own key. A retired one opens what is under it, and nothing new comes under it. null leaves the keys to AWS."
  type = object({
    arn     = string
    retired = bool
  })
}
