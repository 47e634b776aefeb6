# What an account needs once in each Region, before its first stack. An administrator applies it: docs/operator.md, step 2.

data "aws_partition" "this" {}

# Terraform's state, of this root and of every stack. Versioned, so that you can undo a broken state.
module "state" {
  source = "../terraform/modules/bucket"

  name              = var.state_bucket
  policy            = jsonencode({ Version = "2012-10-17", Statement = [] })
  lifecycle_rule    = { name = "forget-old-states", noncurrent_days = 90 }
  keep_objects      = true
  plaintext_sources = var.plaintext_sources
}

# Every stack needs the bucket, so Terraform refuses to destroy or replace it.
resource "terraform_data" "state_is_needed" {
  triggers_replace = module.state.name

  lifecycle {
    prevent_destroy = true
  }
}

# The role with which API Gateway writes its logs. An account has one for each Region, whatever stacks it holds.
data "aws_iam_policy_document" "api_gateway" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "api_gateway_logs" {
  count = var.api_gateway_logs == null ? 0 : 1

  name               = "${var.api_gateway_logs.role_name}-${var.region}"
  description        = "API Gateway writes the access logs of this Region's APIs."
  assume_role_policy = data.aws_iam_policy_document.api_gateway.json
}

resource "aws_iam_role_policy_attachment" "api_gateway_logs" {
  count = var.api_gateway_logs == null ? 0 : 1

  role       = aws_iam_role.api_gateway_logs[0].name
  policy_arn = "arn:${data.aws_partition.this.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  count = var.api_gateway_logs == null ? 0 : 1

  cloudwatch_role_arn = aws_iam_role.api_gateway_logs[0].arn

  depends_on = [aws_iam_role_policy_attachment.api_gateway_logs]
}

# Lets roles of this account trust GitHub's tokens. No role does so until a stack sets delivery.
resource "aws_iam_openid_connect_provider" "github" {
  count = var.github_tokens == null ? 0 : 1

  url            = "https://token.actions.githubusercontent.com"
  client_id_list = [var.github_tokens.audience]
}
