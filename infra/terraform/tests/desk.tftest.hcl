# The staff API: what holds the ARN of a user pool or of the API, which no plan of the stand-in provider knows.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_resource "aws_api_gateway_rest_api" {
    defaults = { id = "a1b2c3d4e5", execution_arn = "arn:aws:execute-api:eu-north-1:111122223333:a1b2c3d4e5" }
  }

  mock_resource "aws_cognito_user_pool" {
    defaults = { id = "eu-north-1_Abc", arn = "arn:aws:cognito-idp:eu-north-1:111122223333:userpool/eu-north-1_Abc" }
  }
}

variables {
  stack  = "prod"
  region = "eu-north-1"
  sender = "Courses <courses@kuggen.se>"
}

run "takes_access_tokens_of_the_pool_only" {
  command = plan

  variables {
    staff_auth = { kind = "cognito" }
    domain     = { site = "courses.kuggen.se", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition = jsondecode(module.api.definition).components.securitySchemes.staff == {
      type                           = "apiKey"
      name                           = "Authorization"
      in                             = "header"
      x-amazon-apigateway-authtype   = "cognito_user_pools"
      x-amazon-apigateway-authorizer = { type = "cognito_user_pools", providerARNs = ["arn:aws:cognito-idp:eu-north-1:111122223333:userpool/eu-north-1_Abc"] }
    }
    error_message = "The gateway must check that a token is the pool's."
  }

  assert {
    condition     = jsondecode(module.api.definition).paths["/staff/{proxy+}"]["x-amazon-apigateway-any-method"].security == [{ staff = ["rollcall/staff"] }]
    error_message = "Every method needs a token with the scope, which ID tokens don't have."
  }

  assert {
    condition     = !can(jsondecode(module.api.definition).paths["/staff/{proxy+}"].options.security)
    error_message = "A browser asks what it may send without a token."
  }

  assert {
    condition     = can(regex("^https://rollcall-prod-[0-9a-f]{8}\\.auth\\.eu-north-1\\.amazoncognito\\.com$", output.desk.sign_in_url))
    error_message = "The sign-in pages are at a name of this account's own."
  }
}

run "lets_readers_get_and_managers_do_all" {
  command = plan

  variables {
    staff_auth = { kind = "iam" }
  }

  assert {
    condition = { for role, policy in data.aws_iam_policy_document.staff_api : role => flatten([for one in policy.statement : [for action in one.actions : [for resource in one.resources : "${action} ${resource}"]]]) } == {
      reader  = ["execute-api:Invoke arn:aws:execute-api:eu-north-1:111122223333:a1b2c3d4e5/v1/GET/staff/*"]
      manager = ["execute-api:Invoke arn:aws:execute-api:eu-north-1:111122223333:a1b2c3d4e5/v1/*/staff/*"]
    }
    error_message = "A reader may only GET, and both reach nothing but the staff API."
  }
}
