# Copies of the table in other Regions, version 2019.11.21 of global tables. DynamoDB would accept writes at each; only the
# stack of one Region makes any: docs/decisions/0081-one-writer-region.md. Their own resources, and not blocks of the table,
# so that a stack that takes over a copy never plans to delete the lost one.

resource "aws_dynamodb_table_replica" "this" {
  # checkov:skip=CKV_AWS_271:encrypted with the key that AWS manages for the account there, without a charge per month
  for_each = toset(var.replica_regions)

  region                      = each.value
  global_table_arn            = aws_dynamodb_table.this.arn
  point_in_time_recovery      = true
  deletion_protection_enabled = var.deletion_protection
}
