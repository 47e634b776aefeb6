variable "name" {
  description = "The name of the origin access control and the headers policy, and the distribution's comment."
  type        = string
}

variable "bucket" {
  description = "The bucket's name, unique across all AWS accounts."
  type        = string
}

variable "domain" {
  description = "The site's own host name, the names that lead to it, and their certificate. null serves the site at the distribution's name."
  type = object({
    name            = string
    redirects       = list(string)
    certificate_arn = string
  })
}

variable "api_origins" {
  description = "The origins that pages may post to and read from, besides the site's own."
  type        = list(string)
}

variable "files_origin" {
  description = "The origin that pages send files to. null means that they send none."
  type        = string
}

variable "api" {
  description = "The API that the distribution serves too: its host, the path of its stage, and the key that proves to it that a request came through here. null serves no API."
  type = object({
    host = string
    path = string
    key  = string
  })
}

variable "desk" {
  description = "The desk, and the address of its sign-in pages. null means that the site has none."
  type = object({
    sign_in_url = string
  })
}

variable "embed_on" {
  description = "The forms that other sites may show in a frame, each with the origins of these sites. Empty for none."
  type        = map(list(string))
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

variable "web_acl_arn" {
  description = "The ARN of the web ACL that the distribution asks. null means none."
  type        = string
}

variable "countries" {
  description = "The countries that may see the site, by ISO 3166 code. Empty lets every country see it."
  type        = list(string)
}
