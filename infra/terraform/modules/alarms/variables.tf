variable "name" {
  description = "The stack's full name. Alarms and the topic are named after it."
  type        = string
}

variable "email" {
  description = "The address that alarms go to. null mails nobody."
  type        = string
}

variable "dead_letters" {
  description = "The names of the dead-letter queues."
  type        = list(string)
}

variable "mail_queue" {
  description = "The name of the queue of mails to send."
  type        = string
}

variable "functions" {
  description = "The names of the functions."
  type        = list(string)
}

variable "stream_function" {
  description = "The name of the function that reads the table's stream."
  type        = string
}

variable "api_name" {
  description = "The API's name."
  type        = string
}

variable "api_stage" {
  description = "The API's stage. null watches all of its stages."
  type        = string
}
