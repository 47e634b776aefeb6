variable "name" {
  description = "The API's name."
  type        = string
}

variable "stage_name" {
  description = "The stage's name: the first part of the path in the stage's own address."
  type        = string
}

variable "forms" {
  description = "The forms, each at POST /<form>."
  type        = list(string)
}

variable "submit_invoke_arn" {
  description = "The ARN by which the gateway invokes submit."
  type        = string
}

variable "links_invoke_arn" {
  description = "The ARN by which the gateway invokes links."
  type        = string
}

variable "throttle" {
  description = "How many requests a second the API accepts from all visitors together (rate), and how many at once (burst)."
  type = object({
    rate  = number
    burst = number
  })
}

variable "access_logs" {
  description = "How long access logs are kept, in days. null logs nothing."
  type = object({
    retention_days = number
  })
}
