variable "name" {
  description = "The name of the origin access control and the headers policy, and the distribution's comment."
  type        = string
}

variable "bucket" {
  description = "The bucket's name, unique across all AWS accounts."
  type        = string
}

variable "domain" {
  description = "The site's own host names and their certificate. null serves the site at the distribution's name."
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
  description = "The address that visitors see, if it isn't the distribution's: a posted form may redirect to it. null means the page's own address."
  type        = string
}

variable "widget_origin" {
  description = "A third party's origin whose script and frame the pages may load. null allows none."
  type        = string
}

variable "keep_pages" {
  description = "Whether a destroy refuses to delete a bucket that holds pages."
  type        = bool
}

variable "plaintext_sources" {
  description = "Loopback addresses that may connect without TLS. Empty in AWS."
  type        = list(string)
}
