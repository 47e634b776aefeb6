# The smallest deployment: three values, every option off.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  stack  = "prod"
  region = "eu-north-1"
  sender = "Courses <courses@kuggen.se>"
}

run "asks_for_no_more_than_three_values" {
  command = plan

  assert {
    condition     = output.stack == "prod"
    error_message = "The stack isn't named as the value says."
  }

  assert {
    condition     = length(module.delivery) == 0 && length(module.delivery_role) == 0 && output.delivery_next_step == null
    error_message = "Without delivery there must be no role and no pipeline."
  }
}
