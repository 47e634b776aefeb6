# CloudTrail, X-Ray and the budget, with values that tests/infra/test_audit.py doesn't plan.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws-eusc", dns_suffix = "amazonaws.eu" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
}

run "records_the_table_alone_beside_another_trail" {
  command = plan

  module {
    source = "./modules/trail"
  }

  variables {
    name              = "rollcall-prod"
    events            = ["table"]
    retention_days    = 90
    table_arn         = "arn:aws-eusc:dynamodb:eusc-de-east-1:111122223333:table/rollcall-prod"
    keep_records      = true
    plaintext_sources = []
  }

  assert {
    condition     = [for selector in aws_cloudtrail.this.advanced_event_selector : selector.name] == ["Every read and write of the table"]
    error_message = "The trail records management events, which the account's own trail has."
  }

  assert {
    condition = anytrue([
      for field in tolist(aws_cloudtrail.this.advanced_event_selector)[0].field_selector :
      field.field == "resources.ARN" && try(field.starts_with[0] == var.table_arn, false)
    ])
    error_message = "The trail doesn't record this stack's table."
  }

  assert {
    condition     = aws_cloudtrail.this.s3_bucket_name == "rollcall-prod-trail-111122223333"
    error_message = "The bucket isn't named after stack and account."
  }
}

run "counts_what_the_whole_account_costs" {
  command = plan

  module {
    source = "./modules/budget"
  }

  variables {
    name        = "rollcall-prod"
    monthly_usd = 12.5
    emails      = ["operators@kuggen.se"]
    stack       = null
  }

  assert {
    condition     = length(aws_budgets_budget.this.cost_filter) == 0 && aws_budgets_budget.this.limit_amount == "12.5"
    error_message = "The account's budget counts one stack only, or another sum."
  }
}
