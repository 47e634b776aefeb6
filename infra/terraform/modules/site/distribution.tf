# The distribution, and the headers that it sends.

locals {
  # AWS's managed policy CachingOptimized. Its ID is the same in every account.
  caching_optimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"

  # 'self' alone would do for the forms, but Chromium also checks form-action against the target of a redirect.
  # A visitor may open the page at the distribution's name and be redirected to the site's own.
  own_origin   = var.domain == null ? null : "https://${var.domain.name}"
  form_targets = join(" ", distinct(compact(concat(["'self'"], var.api_origins, [var.site_origin, local.own_origin]))))

  content_security_policy = join("; ", compact([
    "default-src 'none'",
    join(" ", compact(["script-src 'self'", var.widget_origin])),
    var.widget_origin == null ? null : "frame-src ${var.widget_origin}",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    join(" ", distinct(concat(["connect-src 'self'"], var.api_origins, var.files_origin[*]))),
    "form-action ${local.form_targets}",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "object-src 'none'",
    # Trusted Types: DOM functions can't turn text into script or markup. A third party's widget may need them.
    var.widget_origin == null ? "require-trusted-types-for 'script'" : null,
    var.widget_origin == null ? "trusted-types 'none'" : null,
  ]))

  # What a page with a form never needs. Only names that browsers know: each unknown one logs a line in the console.
  refused_features = [
    "accelerometer", "autoplay", "camera", "display-capture", "encrypted-media", "fullscreen", "geolocation", "gyroscope",
    "hid", "idle-detection", "magnetometer", "microphone", "midi", "payment", "picture-in-picture", "screen-wake-lock",
    "serial", "usb", "xr-spatial-tracking",
  ]

  # What browsers may do with the pages, and the headers that CloudFront has no setting for. Windows that opened a page,
  # or that it opened, can't reach it.
  headers = merge(
    {
      pages = {
        name                    = var.name
        comment                 = "What browsers may do with the site's pages."
        content_security_policy = local.content_security_policy
        frame_option            = "DENY"
        more                    = local.headers_of_pages
      }
    },
    local.desk_headers,
    local.embed_headers,
  )

  headers_of_pages = {
    "Cross-Origin-Opener-Policy" = "same-origin"
    "Permissions-Policy"         = join(", ", [for feature in local.refused_features : "${feature}=()"])
  }
}

resource "aws_cloudfront_origin_access_control" "this" {
  name                              = var.name
  description                       = "Signs the distribution's requests to the site's bucket."
  origin_access_control_origin_type = "s3"
  signing_behavior                  = "always"
  signing_protocol                  = "sigv4"
}

resource "aws_cloudfront_response_headers_policy" "this" {
  # checkov:skip=CKV_AWS_259:HSTS is on for two years; our subdomains may be somebody else's
  for_each = local.headers

  name    = each.value.name
  comment = each.value.comment

  security_headers_config {
    content_security_policy {
      content_security_policy = each.value.content_security_policy
      override                = true
    }

    # Two years. Not for our subdomains: they may be somebody else's.
    strict_transport_security {
      access_control_max_age_sec = 63072000
      include_subdomains         = false
      preload                    = false
      override                   = true
    }

    content_type_options {
      override = true
    }

    dynamic "frame_options" {
      for_each = each.value.frame_option[*]

      content {
        frame_option = frame_options.value
        override     = true
      }
    }

    referrer_policy {
      referrer_policy = "strict-origin-when-cross-origin"
      override        = true
    }
  }

  custom_headers_config {
    dynamic "items" {
      for_each = each.value.more

      content {
        header   = items.key
        value    = items.value
        override = true
      }
    }
  }
}

moved {
  from = aws_cloudfront_response_headers_policy.this
  to   = aws_cloudfront_response_headers_policy.this["pages"]
}

resource "aws_cloudfront_distribution" "this" {
  # checkov:skip=CKV2_AWS_32:it has them, and checkov doesn't follow a reference into a for_each
  # checkov:skip=CKV_AWS_174:CloudFront's own name allows only TLSv1; a name of one's own gets TLSv1.2_2021
  # checkov:skip=CKV_AWS_68:the WAF is an option
  # checkov:skip=CKV2_AWS_47:the WAF is an option, and nothing here is Java
  # checkov:skip=CKV_AWS_86:access logs are an option
  # checkov:skip=CKV_AWS_310:the pages are in one versioned bucket; S3 keeps them in three zones
  # checkov:skip=CKV_AWS_374:anyone may register; limits by country are an option
  enabled             = true
  comment             = var.name
  default_root_object = "index.html"
  http_version        = "http2and3"
  is_ipv6_enabled     = true
  price_class         = "PriceClass_100"
  aliases             = var.domain == null ? null : concat([var.domain.name], var.domain.redirects)
  web_acl_id          = var.web_acl_arn

  origin {
    domain_name              = module.bucket.domain
    origin_id                = "site"
    origin_access_control_id = aws_cloudfront_origin_access_control.this.id
  }

  # Pages are stored without an extension (registration, thank-you), so nothing has to rewrite URLs at the edge.
  default_cache_behavior {
    target_origin_id           = "site"
    viewer_protocol_policy     = "redirect-to-https"
    allowed_methods            = ["GET", "HEAD"]
    cached_methods             = ["GET", "HEAD"]
    cache_policy_id            = local.caching_optimized
    response_headers_policy_id = aws_cloudfront_response_headers_policy.this["pages"].id
    compress                   = true

    dynamic "function_association" {
      for_each = aws_cloudfront_function.redirect

      content {
        event_type   = "viewer-request"
        function_arn = function_association.value.arn
      }
    }
  }

  dynamic "origin" {
    for_each = var.api[*]

    content {
      domain_name = origin.value.host
      origin_id   = "api"

      custom_header {
        name  = "X-Rollcall-Edge"
        value = origin.value.key
      }

      custom_origin_config {
        http_port              = 80
        https_port             = 443
        origin_protocol_policy = "https-only"
        origin_ssl_protocols   = ["TLSv1.2"]
      }
    }
  }

  # The first path that fits counts: what forms look like may be kept for a moment, all else goes to the API each time.
  dynamic "ordered_cache_behavior" {
    for_each = local.api_behaviours

    content {
      path_pattern             = ordered_cache_behavior.value.path
      target_origin_id         = "api"
      viewer_protocol_policy   = "redirect-to-https"
      allowed_methods          = ordered_cache_behavior.value.methods
      cached_methods           = ["GET", "HEAD"]
      cache_policy_id          = ordered_cache_behavior.value.cache_policy_id
      origin_request_policy_id = ordered_cache_behavior.value.origin_request_policy_id
      compress                 = true
    }
  }

  # The desk's page and its scripts are in the bucket too, under headers of their own.
  dynamic "ordered_cache_behavior" {
    for_each = var.desk[*]

    content {
      path_pattern               = "/desk/*"
      target_origin_id           = "site"
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      cache_policy_id            = local.caching_optimized
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this["desk"].id
      compress                   = true

      dynamic "function_association" {
        for_each = aws_cloudfront_function.redirect

        content {
          event_type   = "viewer-request"
          function_arn = function_association.value.arn
        }
      }
    }
  }

  # Each form that other sites may show has headers of its own.
  dynamic "ordered_cache_behavior" {
    for_each = local.embedded

    content {
      path_pattern               = "/embed/${ordered_cache_behavior.value}*"
      target_origin_id           = "site"
      viewer_protocol_policy     = "redirect-to-https"
      allowed_methods            = ["GET", "HEAD"]
      cached_methods             = ["GET", "HEAD"]
      cache_policy_id            = local.caching_optimized
      response_headers_policy_id = aws_cloudfront_response_headers_policy.this["embed ${local.frame_ancestors[ordered_cache_behavior.value]}"].id
      compress                   = true

      dynamic "function_association" {
        for_each = aws_cloudfront_function.redirect

        content {
          event_type   = "viewer-request"
          function_arn = function_association.value.arn
        }
      }
    }
  }

  dynamic "custom_error_response" {
    for_each = local.error_pages

    content {
      error_code            = custom_error_response.key
      response_code         = custom_error_response.value.status
      response_page_path    = custom_error_response.value.page
      error_caching_min_ttl = custom_error_response.value.seconds
    }
  }

  restrictions {
    geo_restriction {
      restriction_type = length(var.countries) == 0 ? "none" : "whitelist"
      locations        = length(var.countries) == 0 ? null : var.countries
    }
  }

  viewer_certificate {
    cloudfront_default_certificate = var.domain == null
    acm_certificate_arn            = var.domain == null ? null : var.domain.certificate_arn
    ssl_support_method             = var.domain == null ? null : "sni-only"
    minimum_protocol_version       = var.domain == null ? "TLSv1" : "TLSv1.2_2021" # CloudFront allows no other for its own names
  }
}
