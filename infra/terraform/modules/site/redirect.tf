# Other names that lead to the site's own.

resource "aws_cloudfront_function" "redirect" {
  count = try(length(var.domain.redirects), 0) > 0 ? 1 : 0

  name    = "${var.name}-redirect"
  runtime = "cloudfront-js-2.0"
  comment = "Leads the site's other names to its main one."
  publish = true
  code    = templatefile("${path.module}/redirect.js.tftpl", { name = jsonencode(var.domain.name) })
}
