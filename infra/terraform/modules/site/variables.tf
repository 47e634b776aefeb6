variable "name" {
  description = "The name of the origin access control and the headers policy, and the distribution's comment."
  type        = string
}

variable "bucket" {
  description = "The bucket's name; no other account in the world may have it."
  type        = string

  validation {
    condition     = length(var.bucket) >= 3 && length(var.bucket) <= 63
    error_message = "bucket must be 3 to 63 characters, as S3 allows."
  }
}

variable "domain" {
  description = "The site's own host names and the certificate for them; null serves at the distribution's own name."
  type = object({
    names           = list(string)
    certificate_arn = string
  })
}

variable "api_origin" {
  description = "The origin that pages may post to and read from, besides the site's own."
  type        = string
}

variable "site_origin" {
  description = "The address that visitors see, where it isn't the distribution's: forms are sent on to it. null where the page's own address is meant."
  type        = string
}

variable "widget_origin" {
  description = "The origin of another's script and frame that pages may load; null where there is none."
  type        = string
}

variable "keep_pages" {
  description = "Whether a bucket that holds pages is spared by a destroy."
  type        = bool
}

variable "plaintext_sources" {
  description = "This machine's own addresses, let through without TLS; empty against AWS."
  type        = list(string)
}
