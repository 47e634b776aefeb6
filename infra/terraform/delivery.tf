# Delivery: who deploys from a repository, what they may do, and the pipeline.

locals {
  delivery_kind = try(var.delivery.kind, "none")
  delivery_name = "${local.name}-delivery"

  # The token names the repository, with its IDs if it has them. CodePipeline wants the names only.
  delivery_repository = try(replace(var.delivery.repository, "/@[0-9]+/", ""), "")
  delivery_product    = try(merge(var.delivery.product, { repository = replace(var.delivery.product.repository, "/@[0-9]+/", "") }), null)

  arn_prefix = "arn:${data.aws_partition.this.partition}"
  here       = "${var.region}:${data.aws_caller_identity.this.account_id}"

  # --- what a deployer may do -----------------------------------------------------------------------------------------

  deployer_names = {
    partition = data.aws_partition.this.partition
    account   = data.aws_caller_identity.this.account_id
    region    = var.region
    stack     = var.stack
  }

  # The options' files in deployer/options, and whether this stack uses each.
  deployer_options = {
    audit          = var.trail != null || var.tracing != null || var.budget != null
    delivery       = var.delivery != null
    delivery-token = try(var.delivery.token_secret, null) != null
    desk           = var.staff_auth != null
    domain         = var.domain != null || var.one_origin != null
    files          = var.files != null
    recovery       = var.backup != null || var.replica_regions != null
    shield         = var.firewall != null || var.access != null || var.encryption != null
    watch          = var.dashboard != null || var.site_access_logs != null || (var.alarms != null && var.api_access_logs != null)
  }

  deployer_parts = {
    for file in fileset("${path.module}/deployer", "*.json") :
    trimsuffix(file, ".json") => templatefile("${path.module}/deployer/${file}", local.deployer_names)
  }

  option_parts = {
    for name, used in local.deployer_options :
    name => templatefile("${path.module}/deployer/options/${name}.json", local.deployer_names) if used
  }

  # A role holds 10 managed policies and 10,240 characters of its own: delivery's and files' rights are its own.
  delivery_parts = { for name, part in local.option_parts : name => part if startswith(name, "delivery") || name == "files" }
  other_parts    = { for name, part in local.option_parts : name => part if !contains(keys(local.delivery_parts), name) }

  # What of all that only reads: enough for a plan. Not what the table and the pages hold, which a plan doesn't need.
  reading_actions = "^([a-z0-9-]+:(BatchGet|Describe|Get|List|View)|apigateway:GET$)"
  content_actions = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:GetRecords", "s3:GetObject"]

  reading = {
    for group, parts in { inline = merge(local.deployer_parts, local.delivery_parts), managed = local.other_parts } : group => [
      for statement in flatten([for part in values(parts) : jsondecode(part).Statement]) :
      merge({ for name, value in statement : name => value if name != "Sid" }, {
        Action = [for action in flatten([statement.Action]) : action if can(regex(local.reading_actions, action)) && !contains(local.content_actions, action)]
      })
    ]
  }

  reading_policies = {
    for group, statements in local.reading : group => {
      for name in ["reads"] : name => jsonencode({ Version = "2012-10-17", Statement = [for statement in statements : statement if length(statement.Action) > 0] })
      if length(statements) > 0
    }
  }

  state_bucket_arn = "${local.arn_prefix}:s3:::${try(var.delivery.state_bucket, "")}"

  state_policies = {
    for role, actions in { plan = ["s3:GetObject"], deploy = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"] } :
    role => jsonencode({
      Version = "2012-10-17"
      Statement = [
        { Sid = "StateBucket", Effect = "Allow", Action = "s3:ListBucket", Resource = local.state_bucket_arn },
        { Sid = "State", Effect = "Allow", Action = actions, Resource = "${local.state_bucket_arn}/rollcall/${var.stack}.tfstate*" },
      ]
    })
  }

  # A plan reads the stack's description and the functions' environment, which are under the stack's own key if it has one.
  key_policies = {
    for name in local.key == null ? [] : ["key"] : name => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "OpenWhatAPlanReads"
        Effect    = "Allow"
        Action    = ["kms:Decrypt"]
        Resource  = local.key.arn
        Condition = { StringEquals = { "kms:ViaService" = [for service in ["lambda", "secretsmanager"] : "${service}.${var.region}.${data.aws_partition.this.dns_suffix}"] } }
      }]
    })
  }

  # --- who may act as a deployer --------------------------------------------------------------------------------------

  github_issuer = "token.actions.githubusercontent.com"

  # A job with an environment is named after it; the branch is then a claim of its own.
  github_subject = try("repo:${var.delivery.repository}:${var.delivery.environment == null ? "ref:refs/heads/${var.delivery.branch}" : "environment:${var.delivery.environment}"}", "")

  github_claims = {
    deploy = { sub = local.github_subject, ref = "refs/heads/${try(var.delivery.branch, "")}" }
    plan   = { sub = try("repo:${var.delivery.repository}:pull_request", "") }
  }

  delivery_roles = {
    github       = ["deploy", "plan"]
    codepipeline = ["deploy", "plan", "publish"]
    none         = []
  }[local.delivery_kind]

  delivery_rights = {
    deploy  = { managed = merge(local.deployer_parts, local.other_parts), inline = merge(local.delivery_parts, { state = local.state_policies.deploy }) }
    plan    = { managed = local.reading_policies.managed, inline = merge(local.reading_policies.inline, local.key_policies, { state = local.state_policies.plan }) }
    publish = { managed = {}, inline = { site = data.aws_iam_policy_document.publish.json } }
  }
}

data "aws_iam_policy_document" "delivery_trust" {
  for_each = toset(local.delivery_roles)

  dynamic "statement" {
    for_each = local.delivery_kind == "github" ? [local.github_claims[each.key]] : []

    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = ["${local.arn_prefix}:iam::${data.aws_caller_identity.this.account_id}:oidc-provider/${local.github_issuer}"]
      }

      dynamic "condition" {
        for_each = merge({ aud = startswith(var.region, "cn-") ? "sts.amazonaws.com.cn" : "sts.amazonaws.com" }, statement.value)

        content {
          test     = "StringEquals"
          variable = "${local.github_issuer}:${condition.key}"
          values   = [condition.value]
        }
      }
    }
  }

  dynamic "statement" {
    for_each = local.delivery_kind == "codepipeline" ? [each.key] : []

    content {
      actions = ["sts:AssumeRole"]

      principals {
        type        = "Service"
        identifiers = ["codebuild.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceArn"
        values   = ["${local.arn_prefix}:codebuild:${local.here}:project/${local.name}-${each.key}"]
      }
    }
  }
}

# What `rollcall site publish` needs: the pages, the invalidation, and the deployer's rights to the forms in the table.
# The reader's policy is attached beside it, for `rollcall doctor`.
data "aws_iam_policy_document" "publish" {
  source_policy_documents = [jsonencode({
    Version   = "2012-10-17"
    Statement = [for one in jsondecode(local.deployer_parts["data-and-mail"]).Statement : one if contains(["Forms", "CountWhatARetiredFormLeaves"], one.Sid)]
  })]

  statement {
    sid       = "ListPages"
    actions   = ["s3:ListBucket"]
    resources = ["${local.arn_prefix}:s3:::${module.site.bucket}"]
  }

  statement {
    sid       = "Pages"
    actions   = ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = ["${local.arn_prefix}:s3:::${module.site.bucket}/*"]
  }

  statement {
    sid       = "Invalidate"
    actions   = ["cloudfront:CreateInvalidation"]
    resources = ["${local.arn_prefix}:cloudfront::${data.aws_caller_identity.this.account_id}:distribution/${module.site.distribution_id}"]
  }
}

module "delivery_role" {
  source   = "./modules/delivery_role"
  for_each = toset(local.delivery_roles)

  name             = "${local.name}-${each.key}"
  description      = "Delivery of the stack ${var.stack}: ${each.key}."
  trust_policy     = data.aws_iam_policy_document.delivery_trust[each.key].json
  managed_policies = local.delivery_rights[each.key].managed
  inline_policies  = local.delivery_rights[each.key].inline
  attached_arns    = each.key == "plan" ? {} : { reader = module.staff.reader_policy_arn }
}

module "delivery" {
  source = "./modules/delivery"
  count  = local.delivery_kind == "codepipeline" ? 1 : 0

  name               = local.name
  bucket             = "${local.delivery_name}-${data.aws_caller_identity.this.account_id}"
  stack              = var.stack
  region             = var.region
  account            = data.aws_caller_identity.this.account_id
  partition          = data.aws_partition.this.partition
  dns_suffix         = data.aws_partition.this.dns_suffix
  repository         = { name = local.delivery_repository, branch = var.delivery.branch }
  product            = { name = local.delivery_product.repository, branch = local.delivery_product.branch }
  connection_arn     = var.delivery.connection_arn
  token_secret       = var.delivery.token_secret
  approver           = var.delivery.approver
  roles              = { for role in local.delivery_roles : role => { name = module.delivery_role[role].name, arn = module.delivery_role[role].arn } }
  log_retention_days = var.log_retention_days
  key                = local.key
  plaintext_sources  = var.plaintext_sources
}

output "delivery_role_arns" {
  description = "The roles that delivery uses: deploy for the branch, plan for pull requests, publish for the site. Empty without delivery."
  value       = { for role in local.delivery_roles : role => module.delivery_role[role].arn }
}

output "delivery_next_step" {
  description = "What to do by hand after the apply that made the pipeline. null if there is nothing."
  value       = one(module.delivery[*].next_step)
}
