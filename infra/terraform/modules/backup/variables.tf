variable "name" {
  description = "The stack's full name. Vaults, plan and role are named after it."
  type        = string
}

variable "table_arn" {
  description = "The ARN of the table to copy, and of nothing else."
  type        = string
}

variable "plan" {
  description = "When copies are made, how long they are kept, where else they go, and how the vaults are locked."
  type = object({
    schedule        = string
    keep_days       = number
    cold_after_days = number
    copy = object({
      region    = string
      keep_days = number
    })
    lock = object({
      min_days            = number
      changeable_for_days = number
    })
  })
}

variable "deletion_protection" {
  description = "Whether a destroy stops at a vault that holds copies, instead of deleting them."
  type        = bool
}
