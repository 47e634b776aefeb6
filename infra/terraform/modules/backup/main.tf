# Copies of the table in AWS Backup: the vault, when copies are made, and who makes and restores them.

locals {
  # The stack's own Region, and the one that copies go to as well.
  vaults = var.plan.copy == null ? { here = null } : { here = null, copy = var.plan.copy.region }
}

resource "aws_backup_vault" "this" {
  # checkov:skip=CKV_AWS_166:encrypted with the key that AWS Backup manages for the account, without a charge per month
  for_each = local.vaults

  region        = each.value
  name          = var.name
  force_destroy = !var.deletion_protection
}

resource "aws_backup_vault_lock_configuration" "this" {
  for_each = var.plan.lock == null ? {} : local.vaults

  region              = each.value
  backup_vault_name   = aws_backup_vault.this[each.key].name
  min_retention_days  = var.plan.lock.min_days
  changeable_for_days = var.plan.lock.changeable_for_days
}

resource "aws_backup_plan" "this" {
  name = var.name

  rule {
    rule_name         = "table"
    target_vault_name = aws_backup_vault.this["here"].name
    schedule          = var.plan.schedule

    lifecycle {
      delete_after       = var.plan.keep_days
      cold_storage_after = var.plan.cold_after_days
    }

    dynamic "copy_action" {
      for_each = var.plan.copy[*]

      content {
        destination_vault_arn = aws_backup_vault.this["copy"].arn

        lifecycle {
          delete_after = copy_action.value.keep_days
        }
      }
    }
  }
}

resource "aws_backup_selection" "this" {
  name         = "table"
  plan_id      = aws_backup_plan.this.id
  iam_role_arn = aws_iam_role.this.arn
  resources    = [var.table_arn]

  # AWS Backup tries the role at once.
  depends_on = [aws_iam_role_policy.this]
}
