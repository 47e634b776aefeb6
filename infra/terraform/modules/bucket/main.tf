# A private bucket: encrypted at rest and on the way, with a life cycle; versioned, unless what is deleted must be gone.

locals {
  own_key = [for key in var.key[*] : key.arn if !key.retired]
}

resource "aws_s3_bucket" "this" {
  # checkov:skip=CKV_AWS_18:CloudTrail or CloudFront write the same to a bucket, and that bucket's log would need a bucket too
  # checkov:skip=CKV_AWS_144:pages are published again from the clone, and records are kept in one Region
  # checkov:skip=CKV_AWS_145:pages are public, and a key of one's own would cost a call each; exports are under it if there is one
  # checkov:skip=CKV2_AWS_62:nobody has to act on a new object
  bucket        = var.name
  force_destroy = !var.keep_objects
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = length(local.own_key) == 0 ? null : true

    apply_server_side_encryption_by_default {
      sse_algorithm     = length(local.own_key) == 0 ? "AES256" : "aws:kms"
      kms_master_key_id = one(local.own_key)
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = var.lifecycle_rule.noncurrent_days == null ? "Disabled" : "Enabled"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "this" {
  # checkov:skip=CKV_AWS_300:the rule sets one, and where it has a prefix nothing else is uploaded in parts
  bucket = aws_s3_bucket.this.id

  rule {
    id     = var.lifecycle_rule.name
    status = "Enabled"

    filter {
      prefix = var.lifecycle_rule.prefix
    }

    dynamic "expiration" {
      for_each = var.lifecycle_rule.days[*]

      content {
        days = expiration.value
      }
    }

    dynamic "noncurrent_version_expiration" {
      for_each = var.lifecycle_rule.noncurrent_days[*]

      content {
        noncurrent_days = noncurrent_version_expiration.value
      }
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

data "aws_iam_policy_document" "encrypted_transport" {
  source_policy_documents = [var.policy]

  statement {
    sid       = "RefuseWhatIsNotEncryptedOnTheWay"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.this.arn, "${aws_s3_bucket.this.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }

    dynamic "condition" {
      for_each = length(var.plaintext_sources) > 0 ? [var.plaintext_sources] : []

      content {
        test     = "NotIpAddress"
        variable = "aws:SourceIp"
        values   = condition.value
      }
    }
  }
}

resource "aws_s3_bucket_policy" "this" {
  bucket = aws_s3_bucket.this.id
  policy = data.aws_iam_policy_document.encrypted_transport.json

  depends_on = [aws_s3_bucket_public_access_block.this]
}
