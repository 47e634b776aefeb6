# The pipeline: two repositories, a plan, a person's approval, an apply, a publish.

locals {
  sources = { ours = var.repository, product = var.product }

  # GitHub by a connection, or by a token.
  source_action = var.token_secret == null ? {
    owner = "AWS", provider = "CodeStarSourceConnection", version = "1"
    } : {
    owner = "ThirdParty", provider = "GitHub", version = "1"
  }

  source_configuration = {
    for name, source in local.sources : name => var.token_secret == null ? {
      ConnectionArn    = local.connection_arn
      FullRepositoryId = source.name
      BranchName       = source.branch
      } : {
      Owner      = split("/", source.name)[0]
      Repo       = split("/", source.name)[1]
      Branch     = source.branch
      OAuthToken = data.aws_secretsmanager_secret_version.token[0].secret_string
    }
  }

  connection_arn     = var.connection_arn == null ? one(aws_codeconnections_connection.this[*].arn) : var.connection_arn
  connection_service = var.connection_arn == null ? "codeconnections" : split(":", var.connection_arn)[2]

  key_arns = [for key in var.key[*] : key.arn if !key.retired]

  # Stages after the source, in order. A stage without a role waits for the approver.
  stages = [
    { name = "plan", inputs = ["product", "ours"], outputs = ["plan"] },
    { name = "approve" },
    { name = "deploy", inputs = ["product", "ours", "plan"], outputs = [] },
    { name = "publish", inputs = ["product", "ours"], outputs = [] },
  ]
}

# Terraform's state keeps the token. A connection has none.
data "aws_secretsmanager_secret_version" "token" {
  count = var.token_secret == null ? 0 : 1

  secret_id = var.token_secret
}

# Made in the state PENDING: a person approves it in the console once.
resource "aws_codeconnections_connection" "this" {
  count = var.token_secret == null && var.connection_arn == null ? 1 : 0

  name          = var.name
  provider_type = "GitHub"
}

module "artifacts" {
  source = "../bucket"

  name              = var.bucket
  policy            = jsonencode({ Version = "2012-10-17", Statement = [] })
  lifecycle_rule    = { name = "forget-old-artifacts", days = 30, noncurrent_days = 1 }
  keep_objects      = false
  plaintext_sources = var.plaintext_sources
}

resource "aws_sns_topic" "approval" {
  # checkov:skip=CKV_AWS_26:nothing secret: the count of changes, and where the plan is
  name              = "${var.name}-approval"
  kms_master_key_id = one(local.key_arns)
}

resource "aws_sns_topic_subscription" "approver" {
  topic_arn = aws_sns_topic.approval.arn
  protocol  = "email"
  endpoint  = var.approver
}

resource "aws_codepipeline" "this" {
  # checkov:skip=CKV_AWS_219:S3 encrypts what the pipeline passes on: this repository, and a plan without a secret
  name           = var.name
  role_arn       = aws_iam_role.pipeline.arn
  pipeline_type  = "V2"
  execution_mode = "SUPERSEDED" # a newer push replaces one that waits

  artifact_store {
    type     = "S3"
    location = module.artifacts.name
  }

  stage {
    name = "source"

    dynamic "action" {
      for_each = local.sources

      content {
        name             = action.key
        category         = "Source"
        owner            = local.source_action.owner
        provider         = local.source_action.provider
        version          = local.source_action.version
        configuration    = local.source_configuration[action.key]
        output_artifacts = [action.key]
      }
    }
  }

  dynamic "stage" {
    for_each = local.stages

    content {
      name = stage.value.name

      action {
        name     = stage.value.name
        category = stage.value.name == "approve" ? "Approval" : "Build"
        owner    = "AWS"
        provider = stage.value.name == "approve" ? "Manual" : "CodeBuild"
        version  = "1"

        input_artifacts  = try(stage.value.inputs, [])
        output_artifacts = try(stage.value.outputs, [])
        namespace        = stage.value.name == "plan" ? "plan" : null

        configuration = stage.value.name == "approve" ? {
          NotificationArn    = aws_sns_topic.approval.arn
          CustomData         = "${var.stack}: #{plan.PLAN} The whole plan is in the build's log."
          ExternalEntityLink = "https://${var.region}.console.aws.amazon.com/codesuite/codebuild/${var.account}/projects/${var.name}-plan/history?region=${var.region}"
          } : {
          ProjectName   = aws_codebuild_project.this[stage.value.name].name
          PrimarySource = "product"
        }
      }
    }
  }

  depends_on = [aws_iam_role_policy.pipeline]
}
