variable "name" {
  description = "The stack's name with rollcall- before it. The pipeline has it, and everything else begins with it."
  type        = string
}

variable "bucket" {
  description = "The name of the bucket for artifacts."
  type        = string
}

variable "stack" {
  description = "The stack that is deployed."
  type        = string
}

variable "region" {
  description = "The Region of the stack and the pipeline."
  type        = string
}

variable "account" {
  description = "The account's ID."
  type        = string
}

variable "partition" {
  description = "The partition, such as aws."
  type        = string
}

variable "dns_suffix" {
  description = "What services' host names end with, such as amazonaws.com."
  type        = string
}

variable "repository" {
  description = "The organisation's own folder in GitHub: OWNER/NAME, and the branch."
  type = object({
    name   = string
    branch = string
  })
}

variable "product" {
  description = "The organisation's copy of Rollcall in GitHub: OWNER/NAME, and the branch that it moves to a release."
  type = object({
    name   = string
    branch = string
  })
}

variable "connection_arn" {
  description = "A connection to GitHub that exists. null makes one, unless token_secret is set."
  type        = string
}

variable "token_secret" {
  description = "The secret that holds a token for GitHub, instead of a connection."
  type        = string
}

variable "approver" {
  description = "The address that gets each plan's summary."
  type        = string
}

variable "roles" {
  description = "The role of each stage that runs commands, by the stage's name."
  type = map(object({
    name = string
    arn  = string
  }))
}

variable "log_retention_days" {
  description = "How long the builds' logs are kept, in days."
  type        = number
}

variable "plaintext_sources" {
  description = "Loopback addresses that may connect without TLS. Empty in AWS."
  type        = list(string)
}

variable "key" {
  description = "The stack's own key. Nothing new comes under a retired one. null leaves the keys to AWS."
  type = object({
    arn     = string
    retired = bool
  })
}
