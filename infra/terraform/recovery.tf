# Recovery: copies of the table outside DynamoDB.

module "backup" {
  source = "./modules/backup"
  count  = var.backup == null ? 0 : 1

  name                = local.name
  table_arn           = module.store.arn
  plan                = var.backup
  deletion_protection = var.deletion_protection
}
