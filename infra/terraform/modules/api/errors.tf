# The gateway's own errors, as problem details (RFC 9457) that scripts on any page may read.

locals {
  # One text for both: it doesn't say which rule was broken.
  refused = {
    status = 403
    code   = "forbidden"
    title  = "Forbidden"
    detail = "This request was refused. You may be outside the network or country that this form is for. Ask the organisation that runs it."
  }

  refusals = merge(
    var.addresses == null ? {} : { ACCESS_DENIED = local.refused },
    var.firewall == null ? {} : { WAF_FILTERED = local.refused },
  )

  # Who isn't let through to the staff API. With AWS credentials, the gateway has one name for an unknown path and for a
  # request that isn't signed.
  not_let_through = var.staff == null ? {} : local.by_token ? {
    UNAUTHORIZED = {
      status = 401
      code   = "not_signed_in"
      title  = "Unauthorized"
      detail = "You are not signed in, or your sign-in has ended. Sign in again."
    }
    } : {
    MISSING_AUTHENTICATION_TOKEN = {
      status = 403
      code   = "not_signed"
      title  = "Forbidden"
      detail = "There is nothing at this address, or this request needs a signature with AWS credentials. A form is sent by POST to /<form>."
    }
    INVALID_SIGNATURE = {
      status = 403
      code   = "wrongly_signed"
      title  = "Forbidden"
      detail = "The signature of this request is wrong. Check your AWS credentials and your computer's clock."
    }
    EXPIRED_TOKEN = {
      status = 403
      code   = "credentials_expired"
      title  = "Forbidden"
      detail = "Your AWS credentials have expired. Sign in to AWS again."
    }
    ACCESS_DENIED = {
      status = 403
      code   = "forbidden"
      title  = "Forbidden"
      detail = "Your AWS credentials don't let you do this. Ask your operator for the policy of readers or managers."
    }
  }

  problems = merge(local.refusals, {
    DEFAULT_4XX = {
      status = null
      code   = "bad_request"
      title  = "Bad Request"
      detail = "This request cannot be handled. Check it against the form and send it again."
    }
    DEFAULT_5XX = {
      status = null
      code   = "server_error"
      title  = "Server Error"
      detail = "Something went wrong on our side, and it is not sure that your answers were stored. Send them again in a moment: nothing is stored twice."
    }
    MISSING_AUTHENTICATION_TOKEN = { # the gateway's name for an unknown path or method
      status = 404
      code   = "not_found"
      title  = "Not Found"
      detail = "There is nothing at this address. A form is sent by POST to /<form>."
    }
    REQUEST_TOO_LARGE = {
      status = 413
      code   = "body_too_large"
      title  = "Content Too Large"
      detail = "What was sent is too large. Shorten the longest answers and send it again."
    }
    THROTTLED = {
      status = 429
      code   = "too_many_requests"
      title  = "Too Many Requests"
      detail = "Many people are sending at this moment. Wait a little and send again."
    }
    INTEGRATION_FAILURE = {
      status = 503
      code   = "service_unavailable"
      title  = "Service Unavailable"
      detail = "Something went wrong on our side, and it is not sure that your answers were stored. Send them again in a moment: nothing is stored twice."
    }
    INTEGRATION_TIMEOUT = {
      status = 503
      code   = "service_unavailable"
      title  = "Service Unavailable"
      detail = "This took too long, and it is not sure that your answers were stored. Send them again in a moment: nothing is stored twice."
    }
  }, local.not_let_through)

  # A 5xx and a 429 may be retried, and say when.
  retry_after_s = { THROTTLED = 2, DEFAULT_5XX = 5, INTEGRATION_FAILURE = 5, INTEGRATION_TIMEOUT = 5 }

  gateway_responses = {
    for kind, problem in local.problems : kind => merge(
      {
        responseParameters = merge(
          {
            "gatewayresponse.header.Access-Control-Allow-Origin"   = "'*'"
            "gatewayresponse.header.Access-Control-Expose-Headers" = "'Retry-After'"
            "gatewayresponse.header.Content-Type"                  = "'application/problem+json'"
          },
          try({ "gatewayresponse.header.Retry-After" = "'${local.retry_after_s[kind]}'" }, {}),
        )
        responseTemplates = {
          "application/json" = jsonencode({
            for key, value in merge(problem, { type = "about:blank", request_id = "$context.requestId" }) : key => value if value != null
          })
        }
      },
      problem.status == null ? {} : { statusCode = tostring(problem.status) },
    )
  }
}
