variable "name" {
  description = "The API's name."
  type        = string
}

variable "stage_names" {
  description = "The stages' names: each is the first part of the path in its stage's own address."
  type        = list(string)
}

variable "stage_url" {
  description = "Whether the stages' own addresses are open or closed."
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

variable "staff" {
  description = "The staff API: the ARN by which the gateway invokes its function, the user pool whose access tokens with the scope it takes, or null for both where requests are signed with AWS credentials. null leaves the staff API out."
  type = object({
    invoke_arn    = string
    user_pool_arn = string
    scope         = string
  })
}

variable "throttle" {
  description = "How many requests a second the API accepts from all visitors together (rate), and how many at once (burst), per stage."
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

variable "addresses" {
  description = "The networks that may call the API, as CIDR blocks. Empty lets everyone call it; null leaves the API without a policy."
  type        = list(string)
}

variable "firewall" {
  description = "The web ACL that the stages ask. null means none."
  type = object({
    arn = string
  })
}

variable "tracing" {
  description = "Traces requests with X-Ray. null traces none."
  type        = object({})
}

variable "key" {
  description = "The stack's own key. A retired one opens what is under it, and nothing new comes under it. null leaves the keys to AWS."
  type = object({
    arn     = string
    retired = bool
  })
}
