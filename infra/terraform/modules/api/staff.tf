# The staff API: one function for all that is below /staff/, and who gets through to it.

locals {
  by_token = try(var.staff.scope, null) != null

  # With a scope, the gateway takes access tokens only: an ID token has none.
  # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-enable-cognito-user-pool.html
  staff_scheme = merge(
    { type = "apiKey", name = "Authorization", in = "header" },
    {
      for scheme in local.by_token ? ["token"] : [] : "x-amazon-apigateway-authorizer" => {
        type         = "cognito_user_pools"
        providerARNs = [var.staff.user_pool_arn]
      }
    },
    { x-amazon-apigateway-authtype = local.by_token ? "cognito_user_pools" : "awsSigv4" },
  )

  staff_paths = {
    for path in var.staff == null ? [] : ["/staff/{proxy+}"] : path => {
      options = local.preflight.staff
      x-amazon-apigateway-any-method = {
        parameters                      = [{ name = "proxy", in = "path", required = true, schema = { type = "string" } }]
        security                        = [{ staff = compact([var.staff.scope]) }]
        x-amazon-apigateway-integration = { type = "aws_proxy", httpMethod = "POST", uri = var.staff.invoke_arn }
      }
    }
  }
}
