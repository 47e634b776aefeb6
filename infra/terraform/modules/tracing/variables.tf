variable "name" {
  description = "The rule's name: what the names of the API and of all functions start with."
  type        = string
}

variable "rate" {
  description = "The share of requests to trace, beyond one a second: 0 to 1."
  type        = number
}
