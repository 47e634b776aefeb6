variable "site_names" {
  description = "The site's host names."
  type        = list(string)
}

variable "distribution" {
  description = "The distribution's own host name, and the zone that Route 53 knows it by."
  type = object({
    domain_name = string
    zone_id     = string
  })
}

variable "api" {
  description = "The API's host name, its certificate, and which stage answers at which path. null gives the API no name."
  type = object({
    name            = string
    certificate_arn = string
    id              = string
    stages          = map(string)
  })
}

variable "zone_id" {
  description = "The Route 53 hosted zone of all names. null makes no DNS record."
  type        = string
}
