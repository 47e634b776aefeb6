# Who may use the desk and the staff API: an option, off.

variable "staff_auth" {
  description = "The staff API at <api_url>/staff/, and who may use it. kind is cognito (people sign in to the desk, a page at <site_url>/desk/, with a password and a code from an app) or iam (AWS credentials sign each request; no page). sign_in_url: the address of the sign-in pages, if something outside this stack provides it; null means Cognito's own. Costs nothing at rest, and nothing for up to 10,000 people a month who sign in; visitors wait no longer. null leaves it out."
  type = object({
    kind        = string
    sign_in_url = optional(string)
  })
  default = null

  validation {
    condition     = var.staff_auth == null || try(contains(["cognito", "iam"], var.staff_auth.kind), false)
    error_message = "staff_auth.kind must be cognito or iam."
  }

  validation {
    condition     = try(var.staff_auth.sign_in_url, null) == null || can(regex("^https?://[^/]+$", var.staff_auth.sign_in_url))
    error_message = "staff_auth.sign_in_url must be a scheme and a host, such as https://login.example.org, with no path and no slash at the end."
  }

  validation {
    condition     = try(var.staff_auth.sign_in_url, null) == null || try(var.staff_auth.kind == "cognito", false)
    error_message = "Leave out staff_auth.sign_in_url with kind iam: nobody signs in."
  }

  # A request is signed for the host that it is sent to, and CloudFront sends it on to another.
  validation {
    condition     = var.one_origin == null || try(var.staff_auth.kind != "iam", true)
    error_message = "With staff_auth of kind iam, leave out one_origin: a request signed for the site's address isn't valid at the API."
  }

  # docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html: in one account, a policy of
  # the API that allows a call is enough, whatever the caller's own policies say.
  validation {
    condition     = var.access == null || try(var.staff_auth.kind != "iam", true)
    error_message = "With staff_auth of kind iam, leave out access: it gives the API a policy that would let everyone with credentials of this AWS account use the staff API."
  }
}
