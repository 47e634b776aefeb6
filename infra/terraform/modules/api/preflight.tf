# Preflights (OPTIONS), answered by the gateway itself: no function runs for them.

resource "aws_api_gateway_method" "preflight" {
  for_each = toset(var.forms)

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.form[each.value].id
  http_method   = "OPTIONS"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "preflight" {
  for_each = toset(var.forms)

  rest_api_id       = aws_api_gateway_rest_api.this.id
  resource_id       = aws_api_gateway_resource.form[each.value].id
  http_method       = aws_api_gateway_method.preflight[each.value].http_method
  type              = "MOCK"
  request_templates = { "application/json" = jsonencode({ statusCode = 204 }) }
}

resource "aws_api_gateway_method_response" "preflight" {
  for_each = toset(var.forms)

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = aws_api_gateway_resource.form[each.value].id
  http_method         = aws_api_gateway_method.preflight[each.value].http_method
  status_code         = "204"
  response_parameters = { for header in keys(local.preflight_headers) : "method.response.header.${header}" => true }
}

resource "aws_api_gateway_integration_response" "preflight" {
  for_each = toset(var.forms)

  rest_api_id         = aws_api_gateway_rest_api.this.id
  resource_id         = aws_api_gateway_resource.form[each.value].id
  http_method         = aws_api_gateway_integration.preflight[each.value].http_method
  status_code         = aws_api_gateway_method_response.preflight[each.value].status_code
  response_parameters = { for header, value in local.preflight_headers : "method.response.header.${header}" => "'${value}'" }
}

locals {
  # Any origin may ask; which of them may read the answer is the function's to say.
  preflight_headers = {
    Access-Control-Allow-Origin  = "*"
    Access-Control-Allow-Methods = "POST,OPTIONS"
    Access-Control-Allow-Headers = "Content-Type,Idempotency-Key"
    Access-Control-Max-Age       = "600"
  }
}
