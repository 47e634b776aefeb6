# The routes, as one OpenAPI document. API Gateway imports it whole, so the next deployment drops a removed form.
# Separate resources would be destroyed only after the deployment that replaces them: docs/decisions/0030-api-description.md.

locals {
  submit = { type = "aws_proxy", httpMethod = "POST", uri = var.submit_invoke_arn }
  links  = { type = "aws_proxy", httpMethod = "POST", uri = var.links_invoke_arn }

  # Any origin may ask; the function decides which may read the answer.
  preflight_headers = {
    for part, allowed in {
      forms = { methods = "POST,OPTIONS", headers = "Content-Type,Idempotency-Key" }
      staff = { methods = "DELETE,GET,OPTIONS,PATCH,POST,PUT", headers = "Authorization,Content-Type,Idempotency-Key,If-Match" }
      } : part => {
      Access-Control-Allow-Origin  = "*"
      Access-Control-Allow-Methods = allowed.methods
      Access-Control-Allow-Headers = allowed.headers
      Access-Control-Max-Age       = "600"
    }
  }

  # The gateway answers a preflight; no function runs.
  preflight = {
    for part, allowed in local.preflight_headers : part => {
      responses = {
        "204" = {
          description = "Says what a script may send."
          headers     = { for header in keys(allowed) : header => { schema = { type = "string" } } }
        }
      }
      x-amazon-apigateway-integration = {
        type             = "mock"
        requestTemplates = { "application/json" = jsonencode({ statusCode = 204 }) }
        responses = {
          default = {
            statusCode         = "204"
            responseParameters = { for header, value in allowed : "method.response.header.${header}" => "'${value}'" }
          }
        }
      }
    }
  }

  paths = merge(
    {
      for form in var.forms : "/${form}" => {
        get     = { x-amazon-apigateway-integration = local.submit } # leads to the form's page
        post    = { x-amazon-apigateway-integration = local.submit }
        options = local.preflight.forms
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
      "/calendar.ics" = { # the staff's calendar of courses, whose secret is in the query
        get  = { x-amazon-apigateway-integration = local.links }
        head = { x-amazon-apigateway-integration = local.links }
      }
    },
    local.staff_paths,
  )

  definition = jsonencode(merge(
    {
      openapi                               = "3.0.1"
      info                                  = { title = var.name, description = local.description, version = "1" }
      paths                                 = local.paths
      x-amazon-apigateway-gateway-responses = local.gateway_responses
    },
    var.staff == null ? {} : { components = { securitySchemes = { staff = local.staff_scheme } } },
  ))
}
