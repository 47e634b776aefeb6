# The table, and the dead letters of its stream.

resource "aws_dynamodb_table" "this" {
  # checkov:skip=CKV_AWS_119:encrypted with the key that AWS manages for the account, without a charge per month
  name                        = var.table_name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "pk"
  range_key                   = "sk"
  stream_enabled              = true
  stream_view_type            = "NEW_AND_OLD_IMAGES"
  deletion_protection_enabled = var.deletion_protection

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  attribute {
    name = "month"
    type = "S"
  }

  attribute {
    name = "id"
    type = "S"
  }

  attribute {
    name = "email_key"
    type = "S"
  }

  attribute {
    name = "topic"
    type = "S"
  }

  attribute {
    name = "topic_id"
    type = "S"
  }

  # <form>#<yyyy-mm>, newest last: the cost of a list doesn't grow with the table.
  global_secondary_index {
    name            = "by_month"
    projection_type = "ALL"

    key_schema {
      attribute_name = "month"
      key_type       = "HASH"
    }

    key_schema {
      attribute_name = "id"
      key_type       = "RANGE"
    }
  }

  global_secondary_index {
    name            = "by_email"
    projection_type = "ALL"

    key_schema {
      attribute_name = "email_key"
      key_type       = "HASH"
    }

    key_schema {
      attribute_name = "id"
      key_type       = "RANGE"
    }
  }

  # Sparse: lines of history, mails and suspected spam, newest last. Reading costs only what it finds.
  global_secondary_index {
    name            = "by_topic"
    projection_type = "ALL"

    key_schema {
      attribute_name = "topic"
      key_type       = "HASH"
    }

    key_schema {
      attribute_name = "topic_id"
      key_type       = "RANGE"
    }
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  # Off means the key that DynamoDB owns: Terraform can't lead a table from a key of ours back to the one that AWS manages
  # in this account, because the provider keeps a key that is no longer configured.
  server_side_encryption {
    enabled     = try(!var.key.retired, true)
    kms_key_arn = one([for key in var.key[*] : key.arn if !key.retired])
  }

  lifecycle {
    ignore_changes = [replica] # replicas.tf
  }
}

module "stream_dead_letters" {
  source = "../queue"

  name              = "${var.name}-stream-dead-letters"
  retention_days    = 14
  plaintext_sources = var.plaintext_sources
  key               = var.key
}
