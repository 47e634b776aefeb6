# The bucket for files that registrants send, and the dead letters of the function that examines them.

module "bucket" {
  source = "../bucket"

  name              = var.bucket
  policy            = data.aws_iam_policy_document.none.json
  keep_objects      = var.keep_files
  plaintext_sources = var.plaintext_sources
  key               = var.key

  # Whatever is still incoming after a day was never recorded. A deleted file is gone at once: erasing means that.
  lifecycle_rule = {
    name   = "forget-incoming"
    prefix = "incoming/"
    days   = 1
  }
}

data "aws_iam_policy_document" "none" {}

# Lets the scripts of the site's pages send files, and nothing else.
resource "aws_s3_bucket_cors_configuration" "this" {
  bucket = module.bucket.name

  cors_rule {
    allowed_methods = ["POST"]
    allowed_origins = var.site_origins
    max_age_seconds = 3600
  }
}

module "dead_letters" {
  source = "../queue"

  name              = "${var.name}-files-dead-letters"
  retention_days    = 14
  plaintext_sources = var.plaintext_sources
  key               = var.key
}
