output "backend" {
  description = "What infra/bootstrap/backend.tf must hold, so that this root's own state moves into the bucket that it made."
  value       = <<-EOT
    terraform {
      backend "s3" {
        bucket       = "${module.state.name}"
        key          = "rollcall/bootstrap.tfstate"
        region       = "${var.region}"
        encrypt      = true
        use_lockfile = true
      }
    }
  EOT
}

output "next_step" {
  description = "What to do after the apply."
  value       = <<-EOT
    Move this state into the bucket, and keep backend.tf with your values:
      terraform -chdir=infra/bootstrap output -raw backend > infra/bootstrap/backend.tf
      terraform -chdir=infra/bootstrap init -migrate-state
    Then write the bucket's name, ${module.state.name}, into your values/<stack>.s3.tfbackend.
  EOT
}

output "state_bucket" {
  description = "The bucket that holds Terraform's state."
  value       = module.state.name
}

output "github_provider_arn" {
  description = "The OIDC provider for GitHub's tokens, or null."
  value       = one(aws_iam_openid_connect_provider.github[*].arn)
}
