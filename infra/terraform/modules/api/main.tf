# The API and its stages, which serve the same. Its routes are in routes.tf; the gateway's own errors are in errors.tf.

locals {
  description = "Receives submissions."
}

resource "aws_api_gateway_rest_api" "this" {
  # checkov:skip=CKV_AWS_237:a second API would have another address, and mailed links lead to this one
  name        = var.name
  description = local.description
  body        = local.definition
  policy      = local.policy

  disable_execute_api_endpoint = var.stage_url == "closed"

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    # Terraform leaves a policy where it is once the configuration no longer has one.
    postcondition {
      condition     = local.policy != null || !strcontains(coalesce(self.policy, "-"), "aws:SourceIp")
      error_message = "The API still refuses other addresses. Set access = {} and apply, then leave access out."
    }
  }
}

# A stage serves what was deployed, so every changed document or policy needs a new deployment.
resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id

  triggers = merge(
    { definition = sha256(aws_api_gateway_rest_api.this.body) },
    local.policy == null ? {} : { policy = sha256(aws_api_gateway_rest_api.this.policy) },
  )

  lifecycle {
    create_before_destroy = true
  }
}

moved {
  from = aws_api_gateway_stage.this
  to   = aws_api_gateway_stage.this["v1"]
}

resource "aws_api_gateway_stage" "this" {
  # checkov:skip=CKV_AWS_73:X-Ray is the option tracing
  # checkov:skip=CKV_AWS_120:posts can't be cached, and a cache costs 14 USD a month
  # checkov:skip=CKV2_AWS_4:execution logs would hold people's answers; the option api_access_logs logs requests without them
  # checkov:skip=CKV2_AWS_29:the WAF is an option
  # checkov:skip=CKV2_AWS_77:the WAF is an option, and nothing here is Java
  # checkov:skip=CKV2_AWS_51:visitors' browsers have no certificates, and Lambda is called by IAM
  for_each = toset(var.stage_names)

  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = each.value
  xray_tracing_enabled = var.tracing != null

  dynamic "access_log_settings" {
    for_each = aws_cloudwatch_log_group.access

    content {
      destination_arn = access_log_settings.value.arn

      # Neither who asked nor what they asked: no address, no browser, no query.
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

moved {
  from = aws_api_gateway_method_settings.all
  to   = aws_api_gateway_method_settings.all["v1"]
}

resource "aws_api_gateway_method_settings" "all" {
  # checkov:skip=CKV_AWS_225:posts can't be cached, and a cache costs 14 USD a month
  for_each = aws_api_gateway_stage.this

  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = each.value.stage_name
  method_path = "*/*"

  settings {
    throttling_rate_limit  = var.throttle.rate
    throttling_burst_limit = var.throttle.burst
    logging_level          = "OFF"
    data_trace_enabled     = false # it would log people's answers
    metrics_enabled        = false
  }
}

resource "aws_cloudwatch_log_group" "access" {
  # checkov:skip=CKV_AWS_158:holds no personal data; CloudWatch encrypts it with its own key
  count = var.access_logs == null ? 0 : 1

  name              = "/aws/apigateway/${var.name}"
  retention_in_days = var.access_logs.retention_days
  kms_key_id        = one([for key in var.key[*] : key.arn if !key.retired])
}
