# What the secret rollcall/<stack> holds, one output each, and what an administrator needs next.

locals {
  # Addresses in reserved domains (RFC 2606): mail to them reaches nobody.
  examples = [
    for address in compact(concat([local.sender_address, var.alarm_email, var.site_url, try(var.delivery.approver, null), try(var.domain.api, null)], local.site_names)) :
    address if can(regex("(^|[@./])(example|test|invalid|localhost|example\\.(com|net|org))$", lower(address)))
  ]
}

output "stack" {
  description = "The stack's name."
  value       = local.description.stack
}

output "region" {
  description = "The stack's Region."
  value       = local.description.region
}

output "api_url" {
  description = "The API's base address: a form posts to <api_url>/<form>."
  value       = local.description.api_url
}

output "site_url" {
  description = "The address that visitors see."
  value       = local.description.site_url
}

output "site_bucket" {
  description = "The bucket that the pages are published to."
  value       = local.description.site_bucket
}

output "distribution_id" {
  description = "The distribution to invalidate after publishing."
  value       = local.description.distribution_id
}

output "distribution_domain" {
  description = "The distribution's host name. Point the site's own names at it."
  value       = local.description.distribution_domain
}

output "table" {
  description = "The table that holds the submissions."
  value       = local.description.table
}

output "mail_queue_url" {
  description = "The queue of mails to send."
  value       = local.description.mail_queue_url
}

output "mail_dead_letters_url" {
  description = "The queue of mails that could not be sent."
  value       = local.description.mail_dead_letters_url
}

output "stream_dead_letters_url" {
  description = "The queue of table changes whose mails could not be queued."
  value       = local.description.stream_dead_letters_url
}

output "sender" {
  description = "Who the mails come from."
  value       = local.description.sender

  # Checked here and not in the variables, because a destroy checks those too.
  precondition {
    condition     = length(local.examples) == 0 || length(var.plaintext_sources) > 0
    error_message = "These are example addresses, which reach nobody: ${join(", ", local.examples)}. Put your own into the stack's values."
  }
}

output "desk" {
  description = "How staff sign in: the kind of staff_auth, and with Cognito the user pool, the client and the address of the sign-in pages. null without staff_auth."
  value       = local.desk
}

output "webhooks" {
  description = "Where webhooks wait, and the name of the secret with their keys. null if the stack delivers none."
  value       = try(local.description.webhooks, null)
}

output "files" {
  description = "The bucket with registrants' files, and the queue of events about it that could not be handled. null if the stack accepts none."
  value       = try(local.description.files, null)
}

output "mail_dns_records" {
  description = "The CNAME records that prove to SES that the domain is yours. Empty when SES verifies only the sender's address."
  value = var.sender_domain == null ? [] : [
    for token in module.mail.dkim_tokens : {
      name  = "${token}._domainkey.${var.sender_domain}"
      type  = "CNAME"
      value = "${token}.dkim.amazonses.com"
    }
  ]
}

output "reader_policy_arn" {
  description = "The policy to attach to staff who look at submissions."
  value       = module.staff.reader_policy_arn
}

output "manager_policy_arn" {
  description = "The policy to attach to staff who also change submissions."
  value       = module.staff.manager_policy_arn
}

output "staff_api_policy_arns" {
  description = "The policies that let staff use the staff API with AWS credentials: reader and manager. Empty unless staff_auth has kind iam."
  value       = { for role, policy in aws_iam_policy.staff_api : role => policy.arn }
}
