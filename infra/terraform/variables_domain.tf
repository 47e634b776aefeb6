# Names of one's own, and one origin for the site and the API. Like variables.tf, this file stands alone.

variable "domain" {
  description = "Serves the site and the API at names of your own. site is the site's host name, api the API's (null keeps the stage's own address), and each of redirects leads to site. With zone_id, the Route 53 hosted zone of all these names, the stack makes the certificates and the DNS records. Without it, give certificates (site in us-east-1, api in the stack's Region), or let the stack request them: add what the output domain_dns_records lists to your DNS, set records_added to true and apply again. old_api_address = \"closed\" ends the stage's own address, once no mailed link to it is needed any more. Certificates and records are free. Visitors notice nothing, except that redirects run a function for less than a millisecond per request."
  type = object({
    site      = string
    api       = optional(string)
    redirects = optional(list(string), [])
    zone_id   = optional(string)
    certificates = optional(object({
      site = string
      api  = optional(string)
    }))
    records_added   = optional(bool, false)
    old_api_address = optional(string, "open")
  })
  default = null

  validation {
    condition = alltrue([
      for name in var.domain == null ? [] : concat([var.domain.site], var.domain.api[*], var.domain.redirects) :
      can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$", name))
    ])
    error_message = "domain: site, api and redirects must be host names in lower case, such as courses.example.org."
  }

  validation {
    condition = var.domain == null || try(
      length(distinct(compact(concat([var.domain.site, var.domain.api], var.domain.redirects)))) ==
      length(compact(concat([var.domain.site, var.domain.api], var.domain.redirects))), false
    )
    error_message = "domain: site, api and redirects must all be different names."
  }

  validation {
    condition     = try(can(regex("^Z[A-Z0-9]{1,31}$", var.domain.zone_id)) || var.domain.zone_id == null, true)
    error_message = "domain.zone_id must be a hosted zone's ID, such as Z0123456789ABCDEFGHIJ: see aws route53 list-hosted-zones."
  }

  validation {
    condition     = try(var.domain.certificates == null || can(regex("^arn:[^:]+:acm:us-east-1:", var.domain.certificates.site)), true)
    error_message = "domain.certificates.site must be an ACM certificate in us-east-1: CloudFront accepts no other."
  }

  validation {
    condition     = try(var.domain.certificates == null || can(regex("^arn:[^:]+:acm:${var.region}:", var.domain.certificates.api)) == (var.domain.api != null), true)
    error_message = "domain.certificates.api must be an ACM certificate in the stack's Region if domain.api is set, and be left out if not."
  }

  validation {
    condition     = try(contains(["open", "closed"], var.domain.old_api_address), true)
    error_message = "domain.old_api_address must be open or closed."
  }

  validation {
    condition     = try(var.domain.old_api_address == "open" || var.domain.api != null, true)
    error_message = "domain.old_api_address can be closed only if domain.api gives the API another address."
  }

  validation {
    condition     = try(var.domain.api == null || var.api_url == null, true)
    error_message = "Set domain.api or api_url, not both: domain.api makes the API's address."
  }
}

variable "one_origin" {
  description = "Serves the API at /api on the site's own address too, so that the pages need no second connection and no CORS, and CloudFront keeps how many seats are left for ten seconds before it asks again. one_origin = {} turns it on. Costs nothing at rest, and about 1 USD per million requests to the API after CloudFront's free tier. Posts pass uncached through the nearest edge, which saves far-away visitors time. null serves the API at its own address only."
  type        = object({})
  default     = null

  validation {
    condition     = var.one_origin == null || !contains(var.forms, "api")
    error_message = "one_origin: no form can be called api, because that path leads to the API."
  }
}

# tflint-ignore: terraform_unused_declarations # it is there to be refused
variable "site_domain" {
  description = "Replaced by domain. It only tells you so, because Terraform would drop a name that it doesn't know without an error."
  type        = any
  default     = null

  validation {
    condition     = var.site_domain == null
    error_message = "site_domain is now called domain. Write domain = { site = \"<the first name>\", redirects = [<the other names>], certificates = { site = \"<certificate_arn>\" } } instead."
  }
}
