# Deploying from a repository: see docs/options.md, "Deliver from GitHub" and "Deliver with CodePipeline".

variable "delivery" {
  description = "Deploys what is pushed to a branch of your folder's repository. kind \"github\" makes a role that only this branch's (and environment's) workflows can use, and one that only reads, for pull requests. It costs nothing. kind \"codepipeline\" makes a pipeline: checks, tests, plan, approver's mail, apply, publish. It costs nothing at rest and some cents per run; state_bucket is the bucket of this stack's state."
  type = object({
    kind           = string
    repository     = string
    branch         = optional(string, "main")
    state_bucket   = string
    environment    = optional(string)
    approver       = optional(string)
    connection_arn = optional(string)
    token_secret   = optional(string)
    product = optional(object({
      repository = string
      branch     = string
    }))
  })
  default = null

  validation {
    condition     = var.delivery == null || try(contains(["github", "codepipeline"], var.delivery.kind), false)
    error_message = "delivery.kind must be github or codepipeline."
  }

  validation {
    condition = alltrue([
      for repository in var.delivery == null ? [] : concat([var.delivery.repository], var.delivery.product[*].repository) :
      can(regex("^([\\w.-]+/[\\w.-]+|[\\w.-]+@[0-9]+/[\\w.-]+@[0-9]+)$", repository))
    ])
    error_message = "delivery.repository and delivery.product.repository must be OWNER/NAME, such as academy/ours, or OWNER@ID/NAME@ID, as GitHub's tokens name a repository that was made or renamed after 15 July 2026."
  }

  validation {
    condition = alltrue([
      for branch in var.delivery == null ? [] : concat([var.delivery.branch], var.delivery.product[*].branch) : can(regex("^[\\w./-]+$", branch))
    ])
    error_message = "delivery.branch and delivery.product.branch must be a branch's name, such as main, without a wildcard."
  }

  validation {
    condition     = var.delivery == null || can(regex("^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$", var.delivery.state_bucket))
    error_message = "delivery.state_bucket must be the bucket in values/<stack>.s3.tfbackend."
  }

  validation {
    condition     = try(var.delivery.environment, null) == null || (try(var.delivery.kind, null) == "github" && can(regex("^[\\w. -]{1,255}$", var.delivery.environment)))
    error_message = "delivery.environment must be the name of one of the repository's environments in GitHub, such as prod. Leave it out if kind is not github."
  }

  validation {
    condition     = try(var.delivery.kind, null) != "codepipeline" || (try(var.delivery.product, null) != null && can(regex("^[^<>@ ,]+@[^<>@ ,]+$", var.delivery.approver)))
    error_message = "delivery needs, if kind is codepipeline: product, the repository and branch of your copy of Rollcall, and approver, the plain address that gets each plan."
  }

  validation {
    condition = try(var.delivery.kind, null) == "codepipeline" || alltrue([
      for value in [try(var.delivery.product, null), try(var.delivery.approver, null), try(var.delivery.connection_arn, null), try(var.delivery.token_secret, null)] : value == null
    ])
    error_message = "delivery.product, approver, connection_arn and token_secret are for kind codepipeline. Leave them out otherwise."
  }

  validation {
    condition     = try(var.delivery.connection_arn, null) == null || (try(var.delivery.token_secret, null) == null && can(regex("^arn:[^:]+:(codeconnections|codestar-connections):[^:]+:[0-9]{12}:connection/[\\w-]+$", var.delivery.connection_arn)))
    error_message = "delivery.connection_arn must be the ARN of a connection to GitHub. With it, leave out token_secret."
  }

  validation {
    condition     = try(var.delivery.token_secret, null) == null || try(var.delivery.token_secret == "rollcall/${var.stack}/github-token", false)
    error_message = "delivery.token_secret must be rollcall/<stack>/github-token: the deployer may read no other secret."
  }
}
