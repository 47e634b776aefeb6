variable "name" {
  description = "The name of the delivery's two ends."
  type        = string
}

variable "bucket" {
  description = "The name of the bucket that the logs go to."
  type        = string
}

variable "partition" {
  description = "The AWS partition that the bucket is in."
  type        = string
}

variable "account" {
  description = "The account that the logs come from."
  type        = string
}

variable "distribution_arn" {
  description = "The ARN of the distribution whose requests are logged."
  type        = string
}

variable "retention_days" {
  description = "After how many days a log is deleted."
  type        = number
}

variable "keep_logs" {
  description = "Keeps a bucket with logs when the stack is destroyed."
  type        = bool
}
