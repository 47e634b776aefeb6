variable "name" {
  description = "The user pool's name."
  type        = string
}

variable "domain" {
  description = "The first part of the host name of the sign-in pages, unique in the Region across all AWS accounts."
  type        = string

  # docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html
  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$", var.domain)) && !can(regex("aws|amazon|cognito", var.domain))
    error_message = "domain must be 1 to 63 lower-case letters, digits or hyphens, without aws, amazon or cognito, as Cognito allows."
  }
}

variable "desk_url" {
  description = "The desk's address. Sign-ins and sign-outs lead back to it."
  type        = string
}

variable "invitation_url" {
  description = "The desk's address as the invitation says it, if it is known before the distribution is made: the API needs the pool, and the distribution the API. null leaves it out."
  type        = string
}

variable "command_line_url" {
  description = "The address on which `rollcall login` waits for the code."
  type        = string
}

variable "deletion_protection" {
  description = "Whether Cognito refuses to delete the pool with the people in it."
  type        = bool
}
