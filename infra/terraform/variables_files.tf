# Files that registrants send: an option, off. Wired up in files.tf.

variable "files" {
  description = "Accepts the files of forms with type = \"file\": browsers send them straight to a private bucket, and a function examines each. Write {}. scanner: the name of a Lambda function of yours that looks for viruses (docs/options.md says what it gets). url: the bucket's address for browsers, if it isn't S3's own. It costs an alarm, 0.10 USD a month, and 0.023 USD per GB and month; only forms with files wait longer, a millisecond. null accepts no files."
  type = object({
    scanner = optional(string)
    url     = optional(string)
  })
  default = null

  validation {
    condition     = try(var.files.scanner, null) == null || can(regex("^[A-Za-z0-9_-]{1,64}$", var.files.scanner))
    error_message = "files.scanner must be the name of a function of this account and Region, such as scan-files."
  }

  validation {
    condition     = try(var.files.url, null) == null || can(regex("^https?://[^/]+(/[^/]+)*$", var.files.url))
    error_message = "files.url must be an address without a slash at the end."
  }
}
