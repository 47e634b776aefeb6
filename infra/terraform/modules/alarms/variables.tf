variable "name" {
  description = "The stack's full name. Alarms and the topic are named after it."
  type        = string
}

variable "email" {
  description = "The address that alarms go to. null mails nobody."
  type        = string
}

variable "more" {
  description = "Alarms beyond those that every stack has: the root's variable alarms."
  type = object({
    functions           = list(string)
    no_submissions_days = number
  })
}

variable "metrics_namespace" {
  description = "The namespace of the metrics that the functions write."
  type        = string
}

variable "dead_letters" {
  description = "The names of the dead-letter queues, each with a sentence that says what to do about them."
  type        = map(string)
}

variable "mail_queue" {
  description = "The name of the queue of mails to send."
  type        = string
}

variable "functions" {
  description = "The functions: the name of each in AWS, and after how many seconds Lambda stops it."
  type = map(object({
    name      = string
    timeout_s = number
  }))
}

variable "stream_function" {
  description = "The name of the function that reads the table's stream."
  type        = string
}

variable "sweep_function" {
  description = "The name of the function that runs every five minutes."
  type        = string
}

variable "api_dimensions" {
  description = "The dimensions of the API's metrics."
  type        = map(string)
}

variable "access_log_group" {
  description = "The log group of the API's access logs. null if there is none."
  type        = string
}

variable "key" {
  description = "The stack's own key. A retired one opens what is under it, and nothing new comes under it. null leaves the keys to AWS."
  type = object({
    arn     = string
    retired = bool
  })
}
