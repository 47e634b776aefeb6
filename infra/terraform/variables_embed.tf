# Which other sites may show a form in a frame: an option, off.

variable "embed_on" {
  description = "Which sites may show a form on their pages, in a frame: for each form its origins, as embed_on in its form file has them. Each form gets headers of its own at <site_url>/embed/<form>, and nothing else can be framed. Costs nothing; visitors wait no longer. null leaves it out."
  type        = map(list(string))
  default     = null

  validation {
    condition     = var.embed_on == null || try(length(setsubtract(keys(var.embed_on), var.forms)) == 0 && alltrue([for origins in var.embed_on : length(origins) > 0]), false)
    error_message = "embed_on must name forms of the stack, each with one origin or more."
  }

  # 'https://*' would be every site. For trying, a port of this machine, or any.
  validation {
    condition = alltrue([
      for origin in flatten(values(coalesce(var.embed_on, {}))) :
      can(regex("^(https://([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]{0,61}[a-z0-9](:[0-9]{1,5})?|http://localhost:([0-9]{1,5}|\\*))$", origin))
    ])
    error_message = "Origins in embed_on must be https:// and a host in small letters, such as https://school.example, with no path and no slash at the end. For trying it on one machine: http://localhost:8000, or http://localhost:* for any port."
  }

  # docs.aws.amazon.com/general/latest/gr/cf_region.html: 25 behaviours for a distribution, 20 of these policies for an
  # account, and 1,783 characters for a content security policy.
  validation {
    condition     = length(coalesce(var.embed_on, {})) <= 20
    error_message = "embed_on can have at most 20 forms: CloudFront has 25 behaviours for a distribution, and the site, the API and the desk need some."
  }

  validation {
    condition     = length(distinct([for origins in values(coalesce(var.embed_on, {})) : join(" ", sort(origins))])) <= 8
    error_message = "embed_on can have at most 8 different lists of origins: CloudFront has 20 headers policies for an account. Give several forms the same list."
  }

  validation {
    condition     = alltrue([for origins in values(coalesce(var.embed_on, {})) : length(join(" ", origins)) <= 800])
    error_message = "The origins of one form in embed_on can have at most 800 characters together, because CloudFront limits the length of a header."
  }
}
