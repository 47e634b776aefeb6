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

variable "stream_arn" {
  description = "The ARN of the table's stream."
  type        = string
}

variable "mail_queue_arn" {
  description = "The ARN of the queue of mails to send."
  type        = string
}

variable "dead_letters_arns" {
  description = "The ARNs of the queues of what could not be mailed, or told to be mailed."
  type        = list(string)
}

variable "sender_identity_arns" {
  description = "The ARNs that the sender's identity in SES may have: its domain's, its address's."
  type        = list(string)
}
