# The trail: which AWS calls are recorded, and the bucket that holds the records.

locals {
  account = data.aws_caller_identity.this.account_id

  # Spelled out, not read from the trail: the bucket's policy has to exist before it.
  arn = "arn:${data.aws_partition.this.partition}:cloudtrail:${data.aws_region.this.region}:${local.account}:trail/${var.name}"

  selectors = {
    management = {
      name   = "Every management event"
      fields = { eventCategory = { equals = ["Management"] } }
    }
    # Starts with, for calls that name an index of the table, and for a table restored from this one.
    table = {
      name = "Every read and write of the table"
      fields = {
        eventCategory    = { equals = ["Data"] }
        "resources.type" = { equals = ["AWS::DynamoDB::Table"] }
        "resources.ARN"  = { starts_with = [var.table_arn] }
      }
    }
  }
}

# In every Region, and for global services: a stolen key works anywhere. Only the table's events come from one Region.
resource "aws_cloudtrail" "this" {
  # checkov:skip=CKV_AWS_35:S3 encrypts the records; a key of one's own would cost a dollar a month
  # checkov:skip=CKV_AWS_252:nobody reads a mail for each file of records
  # checkov:skip=CKV2_AWS_10:CloudWatch would keep a second copy for 0.50 USD a GB; Athena reads the bucket's
  name                          = var.name
  s3_bucket_name                = module.bucket.name
  enable_logging                = true
  enable_log_file_validation    = true
  include_global_service_events = true
  is_multi_region_trail         = true

  dynamic "advanced_event_selector" {
    for_each = { for kind, selector in local.selectors : kind => selector if contains(var.events, kind) }

    content {
      name = advanced_event_selector.value.name

      dynamic "field_selector" {
        for_each = advanced_event_selector.value.fields

        content {
          field       = field_selector.key
          equals      = lookup(field_selector.value, "equals", null)
          starts_with = lookup(field_selector.value, "starts_with", null)
        }
      }
    }
  }
}

module "bucket" {
  source = "../bucket"

  name              = "${var.name}-trail-${local.account}"
  policy            = data.aws_iam_policy_document.bucket.json
  keep_objects      = var.keep_records
  plaintext_sources = var.plaintext_sources

  lifecycle_rule = {
    name            = "forget-old-records"
    days            = var.retention_days
    noncurrent_days = 30
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "CloudTrailLooks"
    actions   = ["s3:GetBucketAcl"]
    resources = [module.bucket.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.arn]
    }
  }

  statement {
    sid       = "CloudTrailWrites"
    actions   = ["s3:PutObject"]
    resources = ["${module.bucket.arn}/AWSLogs/${local.account}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [local.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
  }
}

data "aws_caller_identity" "this" {}

data "aws_partition" "this" {}

data "aws_region" "this" {}
