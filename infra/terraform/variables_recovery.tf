variable "backup" {
  description = "Copies the table into an AWS Backup vault of its own on a schedule, and keeps each copy for keep_days, beyond the 35 days that DynamoDB can go back by itself. Each copy is a whole one: about 0.11 USD a month for each GB of all copies together, 0.03 in cold storage. It doesn't slow any request. null makes no copies."
  type = object({
    schedule        = optional(string, "cron(0 2 * * ? *)")
    keep_days       = optional(number, 90)
    cold_after_days = optional(number)
    copy = optional(object({
      region    = string
      keep_days = optional(number, 90)
    }))
    lock = optional(object({
      min_days            = number
      changeable_for_days = optional(number)
    }))
  })
  default = null

  validation {
    condition     = var.backup == null || can(regex("^cron\\([^ ?]+ [^ ?]+ (\\? [^ ]+ [^ ?]+|[^ ]+ [^ ]+ \\?) [^ ?]+\\)$", var.backup.schedule))
    error_message = "backup.schedule must be a cron expression of six fields in UTC, with ? for the day of the month or of the week, such as cron(0 2 * * ? *) for two o'clock every night."
  }

  validation {
    condition     = alltrue([for days in [try(var.backup.keep_days, 1), try(var.backup.copy.keep_days, 1)] : days >= 1 && days <= 36500 && floor(days) == days])
    error_message = "backup.keep_days and backup.copy.keep_days must be whole numbers from 1 to 36500."
  }

  validation {
    condition     = try(var.backup.cold_after_days, null) == null || try(var.backup.cold_after_days >= 1 && floor(var.backup.cold_after_days) == var.backup.cold_after_days && var.backup.keep_days >= var.backup.cold_after_days + 90, false)
    error_message = "backup.cold_after_days must be a whole number of at least 1, and backup.keep_days at least 90 more: AWS keeps a copy in cold storage for 90 days or longer."
  }

  validation {
    condition     = try(var.backup.copy, null) == null || (can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", try(var.backup.copy.region, ""))) && try(var.backup.copy.region, "") != var.region)
    error_message = "backup.copy.region must be another Region's code, such as eu-west-1."
  }

  validation {
    condition     = try(var.backup.lock, null) == null || try(var.backup.lock.min_days >= 1 && floor(var.backup.lock.min_days) == var.backup.lock.min_days && var.backup.lock.min_days <= min(var.backup.keep_days, try(var.backup.copy.keep_days, var.backup.keep_days)), false)
    error_message = "backup.lock.min_days must be a whole number from 1 to backup.keep_days and backup.copy.keep_days: a locked vault refuses copies that are kept for a shorter time."
  }

  validation {
    condition     = try(var.backup.lock.changeable_for_days, null) == null || try(var.backup.lock.changeable_for_days >= 3 && var.backup.lock.changeable_for_days <= 36500 && floor(var.backup.lock.changeable_for_days) == var.backup.lock.changeable_for_days, false)
    error_message = "backup.lock.changeable_for_days must be a whole number from 3 to 36500, or left out. After that many days nobody can remove the lock, delete a copy early or delete the vault, not even AWS."
  }
}
