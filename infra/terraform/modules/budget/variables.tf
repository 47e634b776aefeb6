variable "name" {
  description = "The budget's name."
  type        = string
}

variable "monthly_usd" {
  description = "What a month may cost, in USD."
  type        = number
}

variable "emails" {
  description = "The addresses that are mailed."
  type        = list(string)
}

variable "stack" {
  description = "The stack whose cost counts. null counts the whole account's."
  type        = string
}
