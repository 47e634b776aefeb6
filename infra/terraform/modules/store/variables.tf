variable "name" {
  description = "What the dead-letter queue is named after."
  type        = string
}

variable "table_name" {
  description = "The table's name."
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

variable "replica_regions" {
  description = "Other Regions that keep a copy of the table."
  type        = list(string)
}

variable "key" {
  description = "The stack's own key. A retired one opens what is under it, and nothing new comes under it. null leaves the keys to AWS."
  type = object({
    arn     = string
    retired = bool
  })
}
