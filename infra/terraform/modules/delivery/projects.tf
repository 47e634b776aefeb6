# One CodeBuild project for each stage that runs commands. The commands are in the product: buildspec-<stage>.yml.

resource "aws_cloudwatch_log_group" "this" {
  # checkov:skip=CKV_AWS_158:holds what a build prints; CloudWatch encrypts it with its own key
  for_each = var.roles

  name              = "/aws/codebuild/${var.name}-${each.key}"
  retention_in_days = var.log_retention_days
  kms_key_id        = one(local.key_arns)
}

resource "aws_codebuild_project" "this" {
  # checkov:skip=CKV_AWS_147:builds leave nothing but what the pipeline passes on
  for_each = var.roles

  name           = "${var.name}-${each.key}"
  description    = "Delivery of the stack ${var.stack}: ${each.key}."
  service_role   = each.value.arn
  build_timeout  = 60
  queued_timeout = 60

  source {
    type      = "CODEPIPELINE"
    buildspec = "infra/terraform/modules/delivery/buildspec-${each.key}.yml"
  }

  artifacts {
    type = "CODEPIPELINE"
  }

  environment {
    type         = "LINUX_CONTAINER"
    compute_type = "BUILD_GENERAL1_SMALL"
    image        = "aws/codebuild/amazonlinux-x86_64-standard:5.0"

    environment_variable {
      name  = "STACK"
      value = var.stack
    }
  }

  logs_config {
    cloudwatch_logs {
      group_name = aws_cloudwatch_log_group.this[each.key].name
    }
  }
}

data "aws_iam_policy_document" "build" {
  for_each = var.roles

  statement {
    sid       = "Log"
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.this[each.key].arn}:*"]
  }

  statement {
    sid       = "Artifacts"
    actions   = ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]
    resources = ["${module.artifacts.arn}/*"]
  }

  statement {
    sid       = "ArtifactBucket"
    actions   = ["s3:GetBucketAcl", "s3:GetBucketLocation"]
    resources = [module.artifacts.arn]
  }
}

resource "aws_iam_role_policy" "build" {
  for_each = var.roles

  name   = "build"
  role   = each.value.name
  policy = data.aws_iam_policy_document.build[each.key].json
}
