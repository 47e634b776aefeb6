# How many requests X-Ray traces.

# The API decides for a request, and its function follows. Functions that events invoke decide by themselves.
resource "aws_xray_sampling_rule" "this" {
  rule_name      = var.name
  priority       = 1000
  version        = 1
  reservoir_size = 1
  fixed_rate     = var.rate
  service_name   = "${var.name}?*" # the API is <name>/v1, a function <name>-submit
  service_type   = "*"
  host           = "*"
  http_method    = "*"
  url_path       = "*"
  resource_arn   = "*"
}
