variable "replica_regions" {
  description = "Other Regions that each keep a copy of the table, for the day the stack's own Region is lost. Only the stack writes. A copy costs as much as the table's writes and storage, and the transfer of each change: about 0.02 USD for 1,000 submissions, and 0.50 a month for each GB with its backups. It doesn't slow any request. null keeps no copy. See docs/options.md, When a Region is lost."
  type        = list(string)
  default     = null

  validation {
    condition     = var.replica_regions == null || (length(coalesce(var.replica_regions, [])) >= 1 && length(coalesce(var.replica_regions, [])) <= 3)
    error_message = "replica_regions must name 1 to 3 Regions, or be null: each costs as much as the table."
  }

  validation {
    condition     = alltrue([for region in coalesce(var.replica_regions, []) : can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", region))])
    error_message = "replica_regions must be codes of Regions, such as eu-central-1."
  }

  validation {
    condition     = length(distinct(coalesce(var.replica_regions, []))) == length(coalesce(var.replica_regions, []))
    error_message = "replica_regions must name each Region once."
  }

  validation {
    condition     = !contains(coalesce(var.replica_regions, []), var.region)
    error_message = "replica_regions must name other Regions than the stack's own."
  }
}

variable "takes_over" {
  description = "The name of the stack whose Region was lost. This stack then uses that one's table, rollcall-<takes_over>, by its copy in this Region. null means that it uses its own. See docs/options.md, When a Region is lost."
  type        = string
  default     = null

  validation {
    condition     = var.takes_over == null || (can(regex("^[a-z][a-z0-9-]{0,15}$", coalesce(var.takes_over, "-"))) && var.takes_over != var.stack)
    error_message = "takes_over must be the name of another stack: 1 to 16 lower-case letters, digits or hyphens, starting with a letter."
  }

  validation {
    condition     = var.takes_over == null || var.table_name == null
    error_message = "takes_over and table_name both name the table. Set one of them."
  }
}
