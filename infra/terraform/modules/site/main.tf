# The site's pages: a private bucket that only the distribution reads.

module "bucket" {
  source = "../bucket"

  name              = var.bucket
  policy            = data.aws_iam_policy_document.bucket.json
  keep_objects      = var.keep_pages
  plaintext_sources = var.plaintext_sources

  # You can undo a bad publish for a month.
  lifecycle_rule = {
    name            = "forget-replaced-pages"
    noncurrent_days = 30
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "TheDistributionReads"
    actions   = ["s3:GetObject"]
    resources = ["${module.bucket.arn}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudfront.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudfront_distribution.this.arn]
    }
  }

  # Without this right S3 answers 403 for a missing page. No address of the distribution shows a list.
  dynamic "statement" {
    for_each = var.api[*]

    content {
      sid       = "TheDistributionLearnsWhatIsMissing"
      actions   = ["s3:ListBucket"]
      resources = [module.bucket.arn]

      principals {
        type        = "Service"
        identifiers = ["cloudfront.amazonaws.com"]
      }

      condition {
        test     = "StringEquals"
        variable = "aws:SourceArn"
        values   = [aws_cloudfront_distribution.this.arn]
      }
    }
  }
}

# The bucket's parts were here until it became a module.
moved {
  from = aws_s3_bucket.this
  to   = module.bucket.aws_s3_bucket.this
}

moved {
  from = aws_s3_bucket_public_access_block.this
  to   = module.bucket.aws_s3_bucket_public_access_block.this
}

moved {
  from = aws_s3_bucket_ownership_controls.this
  to   = module.bucket.aws_s3_bucket_ownership_controls.this
}

moved {
  from = aws_s3_bucket_server_side_encryption_configuration.this
  to   = module.bucket.aws_s3_bucket_server_side_encryption_configuration.this
}

moved {
  from = aws_s3_bucket_versioning.this
  to   = module.bucket.aws_s3_bucket_versioning.this
}

moved {
  from = aws_s3_bucket_lifecycle_configuration.this
  to   = module.bucket.aws_s3_bucket_lifecycle_configuration.this
}

moved {
  from = aws_s3_bucket_policy.this
  to   = module.bucket.aws_s3_bucket_policy.this
}
