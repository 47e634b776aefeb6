# The options that watch a stack. tests/infra/test_alarms.py and test_dashboard.py plan them all.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
}

mock_provider "aws" {
  alias = "global"
}

variables {
  stack  = "prod"
  region = "eu-north-1"
  sender = "Courses <courses@kuggen.se>"
}

run "counts_only_with_lines_of_level_info" {
  command = plan

  variables {
    log_level = "WARNING"
    alarms    = {}
    dashboard = {}
  }

  expect_failures = [var.alarms, var.dashboard]
}

run "refuses_a_function_that_there_is_not" {
  command = plan

  variables {
    alarms = { functions = ["submit", "send"] }
  }

  expect_failures = [var.alarms]
}

run "adds_one_alarm_for_an_empty_object" {
  command = plan

  variables {
    alarms = {}
  }

  assert {
    condition     = length(module.alarms.names) == 10
    error_message = "alarms = {} adds the alarm of refused requests to the nine that every stack has."
  }
}
