variable "name" {
  description = "The stack's full name. The queue is named after it."
  type        = string
}

variable "bucket" {
  description = "The bucket's name, unique across all AWS accounts."
  type        = string
}

variable "site_origins" {
  description = "The origins whose scripts may send files."
  type        = list(string)
}

variable "keep_files" {
  description = "Whether a destroy refuses to delete a bucket that holds files."
  type        = bool
}

variable "plaintext_sources" {
  description = "Loopback addresses that may connect without TLS. Empty in AWS."
  type        = list(string)
}

variable "key" {
  description = "The stack's own key. A retired one opens what is under it, and nothing new comes under it. null leaves the keys to AWS."
  type = object({
    arn     = string
    retired = bool
  })
}
