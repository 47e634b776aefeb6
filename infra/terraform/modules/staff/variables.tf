variable "name" {
  description = "The start of the policies' names: rollcall-<stack>."
  type        = string
}

variable "description_secret_arn" {
  description = "The ARN of the secret in which the stack describes itself."
  type        = string
}

variable "table_arn" {
  description = "The ARN of the table that holds the submissions."
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

variable "files" {
  description = "The ARN of the bucket with registrants' files. null if the stack accepts none."
  type = object({
    arn = string
  })
}

variable "webhooks" {
  description = "The ARN of the queue of webhooks to deliver. null if the stack delivers none."
  type        = object({ queue_arn = string })
}

variable "dead_letters_arns" {
  description = "The ARNs of the dead-letter queues of the mails, of the stream, and of the webhooks if there are any."
  type        = list(string)
}

variable "feedback_dead_letters_arn" {
  description = "The ARN of the dead-letter queue of what SES reports; staff only count what is in it."
  type        = string
}

variable "sender_identity_arns" {
  description = "The ARNs that the sender's SES identity may have: its domain's and its address's."
  type        = list(string)
}

variable "key" {
  description = "The stack's own key, and the services through which staff may use it. null leaves the keys to AWS."
  type = object({
    arn      = string
    services = list(string)
  })
}
