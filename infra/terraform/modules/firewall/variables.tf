variable "name" {
  description = "The web ACL's name, and that of its metrics."
  type        = string
}

variable "scope" {
  description = "CLOUDFRONT for a distribution, in us-east-1; REGIONAL for an API."
  type        = string

  validation {
    condition     = contains(["CLOUDFRONT", "REGIONAL"], var.scope)
    error_message = "scope must be CLOUDFRONT or REGIONAL."
  }
}

variable "protection" {
  description = "AWS's managed rules and a rate: what mode does with a request that they dislike (block or count), and how many requests one address may send (limit) in window_s seconds. null leaves them out."
  type = object({
    mode = string
    rate = object({
      limit    = number
      window_s = number
    })
  })
}

variable "forms" {
  description = "The forms, each posted to /<form>. A managed rule that dislikes a body only counts there."
  type        = list(string)
}

variable "free_text_below" {
  description = "Folders of the API below which people write free text too: a managed rule that dislikes a body only counts there."
  type        = list(string)
}

variable "stage_names" {
  description = "The API's stages: each is the first part of a path at the gateway's own address."
  type        = list(string)
}

variable "relayed_stage" {
  description = "The stage that the distribution calls. Its requests come from CloudFront's addresses, so they don't count towards the rate. null means none."
  type        = string
}

variable "addresses" {
  description = "The networks that may ask, as CIDR blocks. Empty lets every address ask."
  type        = list(string)
}

variable "countries" {
  description = "The countries that may ask, by ISO 3166 code. Empty lets every country ask."
  type        = list(string)
}
