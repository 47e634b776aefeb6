# The API on the site's own address, if the distribution serves it too.

locals {
  # AWS's managed policies CachingDisabled and AllViewerExceptHostHeader. Their IDs are the same in every account.
  # The gateway finds its API by the Host header, so it must not get the visitor's.
  caching_disabled = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  all_but_host     = "b689b0a8-53d0-40ab-baf2-68738e2966ac"

  api_behaviours = var.api == null ? [] : [
    {
      path                     = "${var.api.path}/forms/*"
      methods                  = ["GET", "HEAD"]
      cache_policy_id          = aws_cloudfront_cache_policy.forms[0].id
      origin_request_policy_id = null
    },
    {
      path                     = "${var.api.path}/*"
      methods                  = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"] # CloudFront allows POST only with all
      cache_policy_id          = local.caching_disabled
      origin_request_policy_id = local.all_but_host
    },
  ]

  # CloudFront has one set of error pages for all paths, and the API's own errors say more than they do. With an API, the
  # distribution may list the bucket, so that S3 answers 404 for a missing page and 403 stays the API's. No error is kept:
  # one visitor's must not reach another.
  error_pages = var.api == null ? merge(
    { for code in [403, 404] : code => { status = 404, page = "/not-found", seconds = 60 } },
    { for code in [500, 502, 503, 504] : code => { status = 503, page = "/unavailable", seconds = 5 } },
    ) : merge(
    { 404 = { status = 404, page = "/not-found", seconds = 0 } },
    { for code in [500, 502, 503, 504] : code => { status = null, page = null, seconds = 0 } },
  )
}

# Seats left may be ten seconds old: the API says so with each answer, and this is the most that the edge believes.
# That sells no seat twice, because submit counts them itself.
resource "aws_cloudfront_cache_policy" "forms" {
  count = var.api == null ? 0 : 1

  name        = "${var.name}-forms"
  comment     = "Keeps a form's description for a moment."
  min_ttl     = 0
  default_ttl = 0
  max_ttl     = 10

  parameters_in_cache_key_and_forwarded_to_origin {
    enable_accept_encoding_brotli = true
    enable_accept_encoding_gzip   = true

    cookies_config {
      cookie_behavior = "none"
    }

    # The API says per origin whether a script may read the answer.
    headers_config {
      header_behavior = "whitelist"

      headers {
        items = ["Origin"]
      }
    }

    query_strings_config {
      query_string_behavior = "whitelist"

      query_strings {
        items = ["brief"]
      }
    }
  }
}
