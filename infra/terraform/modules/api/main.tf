# The API: POST /<form> to submit; preflights are answered by the gateway itself, and what is read is in reading.tf.

resource "aws_api_gateway_rest_api" "this" {
  name        = var.name
  description = "Takes what visitors send by the forms."

  endpoint_configuration {
    types = ["REGIONAL"]
  }
}

resource "aws_api_gateway_resource" "form" {
  for_each = toset(var.forms)

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = each.value
}

resource "aws_api_gateway_method" "submit" {
  for_each = toset(var.forms)

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.form[each.value].id
  http_method   = "POST"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "submit" {
  for_each = toset(var.forms)

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.form[each.value].id
  http_method             = aws_api_gateway_method.submit[each.value].http_method
  type                    = "AWS_PROXY"
  integration_http_method = "POST"
  uri                     = var.submit_invoke_arn
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  # A stage serves what was deployed, so whatever changes in this module must be deployed anew.
  triggers = {
    definition = sha1(jsonencode([
      [for file in sort(fileset(path.module, "*.tf")) : filesha1("${path.module}/${file}")],
      var.forms,
      var.submit_invoke_arn,
      var.links_invoke_arn,
    ]))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [
    aws_api_gateway_integration.submit,
    aws_api_gateway_integration.describe,
    aws_api_gateway_integration.links,
    aws_api_gateway_integration_response.preflight,
    aws_api_gateway_gateway_response.this,
  ]
}

resource "aws_api_gateway_stage" "this" {
  rest_api_id   = aws_api_gateway_rest_api.this.id
  deployment_id = aws_api_gateway_deployment.this.id
  stage_name    = var.stage_name

  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn

      # Who asked is left out, and so is what: no address, no browser, no query.
      format = jsonencode({
        request_id  = "$context.requestId"
        time        = "$context.requestTime"
        method      = "$context.httpMethod"
        path        = "$context.resourcePath"
        status      = "$context.status"
        error       = "$context.error.responseType"
        latency_ms  = "$context.responseLatency"
        function_ms = "$context.integrationLatency"
      })
    }
  }
}

resource "aws_api_gateway_method_settings" "all" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
    logging_level          = "OFF"
    data_trace_enabled     = false # it would log what people answered
    metrics_enabled        = false
  }
}

resource "aws_cloudwatch_log_group" "access" {
  count = var.access_logs == null ? 0 : 1

  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.access_logs.retention_days
}
