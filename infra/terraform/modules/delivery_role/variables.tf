variable "name" {
  description = "The role's name."
  type        = string
}

variable "description" {
  description = "What the role is for."
  type        = string
}

variable "trust_policy" {
  description = "Who may use the role, as JSON."
  type        = string
}

variable "managed_policies" {
  description = "Policies that get a managed policy each, as JSON, by name."
  type        = map(string)
}

variable "inline_policies" {
  description = "Policies inside the role, as JSON, by name. IAM allows 10,240 characters in all."
  type        = map(string)
}

variable "attached_arns" {
  description = "Policies that exist and are attached, by any name."
  type        = map(string)
}
