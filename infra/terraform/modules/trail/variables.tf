variable "name" {
  description = "The trail's name, and the start of its bucket's."
  type        = string
}

variable "events" {
  description = "What is recorded: management, table, or both."
  type        = set(string)
}

variable "retention_days" {
  description = "How long records are kept, in days."
  type        = number
}

variable "table_arn" {
  description = "The table whose reads and writes are recorded."
  type        = string
}

variable "keep_records" {
  description = "Whether a destroy refuses to delete a bucket that holds records."
  type        = bool
}

variable "plaintext_sources" {
  description = "Loopback addresses that may connect without TLS. Empty in AWS."
  type        = list(string)
}
