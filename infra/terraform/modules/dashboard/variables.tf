variable "name" {
  description = "The dashboard's name."
  type        = string
}

variable "region" {
  description = "The Region of the metrics."
  type        = string
}

variable "days" {
  description = "How many days the dashboard shows when it opens."
  type        = number
}

variable "metrics_namespace" {
  description = "The namespace of the metrics that the functions write."
  type        = string
}

variable "forms" {
  description = "The forms that the API accepts."
  type        = list(string)
}

variable "functions" {
  description = "The names of the functions."
  type        = list(string)
}

variable "stream_function" {
  description = "The name of the function that reads the table's stream."
  type        = string
}

variable "mail_queue" {
  description = "The name of the queue of mails to send."
  type        = string
}

variable "dead_letters" {
  description = "The names of the dead-letter queues."
  type        = list(string)
}

variable "api_dimensions" {
  description = "The dimensions of the API's metrics."
  type        = map(string)
}

variable "alarm_arns" {
  description = "The ARNs of the stack's alarms."
  type        = list(string)
}
