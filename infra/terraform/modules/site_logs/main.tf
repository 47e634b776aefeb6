# The site's access logs: CloudFront's standard logging (v2), by CloudWatch's log delivery, to a bucket of its own.
#
# The older kind needs a bucket with ACLs, which AWS advises against, and always logs every field. This one needs no ACL
# and logs the fields that we name: no address, no query, no cookie, no referrer, no browser.
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging.html

terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.global]
    }
  }
}

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html
data "aws_iam_policy_document" "deliver" {
  statement {
    sid       = "DeliverTheLogs"
    actions   = ["s3:PutObject"]
    resources = ["arn:${var.partition}:s3:::${var.bucket}/*"]

    principals {
      type        = "Service"
      identifiers = ["delivery.logs.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [var.account]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_log_delivery_source.this.arn]
    }

    condition {
      test     = "StringEquals"
      variable = "s3:x-amz-acl"
      values   = ["bucket-owner-full-control"]
    }
  }
}

module "bucket" {
  source = "../bucket"

  name              = var.bucket
  policy            = data.aws_iam_policy_document.deliver.json
  lifecycle_rule    = { name = "forget-old-logs", days = var.retention_days, noncurrent_days = 1 }
  keep_objects      = var.keep_logs
  plaintext_sources = []
}

# CloudFront's deliveries are in us-east-1, wherever the bucket is.
resource "aws_cloudwatch_log_delivery_source" "this" {
  provider = aws.global

  name         = var.name
  log_type     = "ACCESS_LOGS"
  resource_arn = var.distribution_arn
}

resource "aws_cloudwatch_log_delivery_destination" "this" {
  provider = aws.global

  name          = var.name
  output_format = "json"

  delivery_destination_configuration {
    destination_resource_arn = module.bucket.arn
  }
}

resource "aws_cloudwatch_log_delivery" "this" {
  provider = aws.global

  delivery_source_name     = aws_cloudwatch_log_delivery_source.this.name
  delivery_destination_arn = aws_cloudwatch_log_delivery_destination.this.arn

  # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logs-reference.html
  record_fields = [
    "date", "time", "x-edge-location", "x-edge-request-id", "x-host-header", "cs-protocol", "cs-method", "cs-uri-stem",
    "sc-status", "sc-bytes", "time-taken", "time-to-first-byte", "x-edge-result-type", "x-edge-detailed-result-type",
  ]

  # Without the bucket's policy AWS refuses the delivery, or writes a policy of its own.
  depends_on = [module.bucket]
}
