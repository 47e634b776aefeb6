variable "name" {
  description = "What the policies' names begin with: rollcall-<stack>."
  type        = string
}

variable "description_secret_arn" {
  description = "The ARN of the secret in which the stack describes itself."
  type        = string
}

variable "table_arn" {
  description = "The ARN of the table that holds the entries."
  type        = string
}

variable "submit_function_arn" {
  description = "The ARN of the function that sets up the guards against a second entry."
  type        = string
}
