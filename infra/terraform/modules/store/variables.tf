variable "name" {
  description = "The table's name; the queue beside it is named after it."
  type        = string
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the table."
  type        = bool
}

variable "plaintext_sources" {
  description = "This machine's own addresses, let through without TLS; empty against AWS."
  type        = list(string)
}
