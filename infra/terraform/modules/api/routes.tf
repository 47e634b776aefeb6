# The routes, as one OpenAPI document. API Gateway imports it whole, so the next deployment drops a removed form.
# Separate resources would be destroyed only after the deployment that replaces them: docs/decisions/0030-api-description.md.

locals {
  submit = { type = "aws_proxy", httpMethod = "POST", uri = var.submit_invoke_arn }
  links  = { type = "aws_proxy", httpMethod = "POST", uri = var.links_invoke_arn }

  # Any origin may ask; the function decides which may read the answer.
  preflight_headers = {
    Access-Control-Allow-Origin  = "*"
    Access-Control-Allow-Methods = "POST,OPTIONS"
    Access-Control-Allow-Headers = "Content-Type,Idempotency-Key"
    Access-Control-Max-Age       = "600"
  }

  # The gateway answers a preflight; no function runs.
  preflight = {
    responses = {
      "204" = {
        description = "Says what a script may send."
        headers     = { for header in keys(local.preflight_headers) : header => { schema = { type = "string" } } }
      }
    }
    x-amazon-apigateway-integration = {
      type             = "mock"
      requestTemplates = { "application/json" = jsonencode({ statusCode = 204 }) }
      responses = {
        default = {
          statusCode         = "204"
          responseParameters = { for header, value in local.preflight_headers : "method.response.header.${header}" => "'${value}'" }
        }
      }
    }
  }

  paths = merge(
    {
      for form in var.forms : "/${form}" => {
        get     = { x-amazon-apigateway-integration = local.submit } # leads to the form's page
        post    = { x-amazon-apigateway-integration = local.submit }
        options = local.preflight
      }
    },
    {
      "/forms/{form}" = {
        get = {
          parameters                      = [{ name = "form", in = "path", required = true, schema = { type = "string" } }]
          x-amazon-apigateway-integration = local.submit
        }
      }
      "/my" = {
        get  = { x-amazon-apigateway-integration = local.links }
        post = { x-amazon-apigateway-integration = local.links }
      }
    },
  )

  definition = jsonencode({
    openapi                               = "3.0.1"
    info                                  = { title = var.name, description = local.description, version = "1" }
    paths                                 = local.paths
    x-amazon-apigateway-gateway-responses = local.gateway_responses
  })
}
