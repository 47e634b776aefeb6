# Copies of the table in AWS Backup: the vaults, the plan, the locks.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  name                = "rollcall-prod"
  table_arn           = "arn:aws:dynamodb:eu-north-1:111122223333:table/rollcall-prod"
  deletion_protection = true
}

run "one_vault_that_a_destroy_stops_at" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    plan = { schedule = "cron(0 2 * * ? *)", keep_days = 90, cold_after_days = null, copy = null, lock = null }
  }

  assert {
    condition     = [for vault in aws_backup_vault.this : vault.force_destroy] == [false]
    error_message = "A destroy would delete the copies of a protected stack."
  }

  assert {
    condition     = length(aws_backup_vault_lock_configuration.this) == 0 && length(one(aws_backup_plan.this.rule).copy_action) == 0
    error_message = "Nobody asked for a lock or for copies in another Region."
  }

  assert {
    condition     = aws_backup_selection.this.resources == toset([var.table_arn])
    error_message = "The plan must copy the table, and nothing else."
  }
}

run "a_second_region_cold_storage_and_locks" {
  command = plan

  module {
    source = "./modules/backup"
  }

  variables {
    deletion_protection = false

    plan = {
      schedule        = "cron(0 2 ? * SUN *)"
      keep_days       = 365
      cold_after_days = 30
      copy            = { region = "eu-west-1", keep_days = 400 }
      lock            = { min_days = 365, changeable_for_days = 7 }
    }
  }

  assert {
    condition     = aws_backup_vault.this["copy"].region == "eu-west-1" && aws_backup_vault_lock_configuration.this["copy"].region == "eu-west-1"
    error_message = "The second vault and its lock must be in the other Region."
  }

  assert {
    condition     = alltrue([for vault in aws_backup_vault.this : vault.name == "rollcall-prod" && vault.force_destroy])
    error_message = "Both vaults have the stack's name, and go with an unprotected stack."
  }

  assert {
    condition     = alltrue([for lock in aws_backup_vault_lock_configuration.this : lock.min_retention_days == 365 && lock.changeable_for_days == 7])
    error_message = "Both vaults are locked alike."
  }

  assert {
    condition     = one(one(aws_backup_plan.this.rule).lifecycle).cold_storage_after == 30 && one(one(aws_backup_plan.this.rule).lifecycle).delete_after == 365
    error_message = "Copies go into cold storage after 30 days and are kept for a year."
  }

  assert {
    condition     = one(one(one(aws_backup_plan.this.rule).copy_action).lifecycle).delete_after == 400
    error_message = "The copies in the other Region have their own time."
  }
}
