variable "name" {
  description = "The stack's full name. The alias is named after it, and the policy lets the stack's own logs, alarms and mail use the key."
  type        = string
}

variable "deletion_window_days" {
  description = "How long a deleted key can be restored, in days."
  type        = number
}

variable "deletion_protection" {
  description = "Whether KMS refuses to delete or disable the key."
  type        = bool
}
