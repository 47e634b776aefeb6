# Files: what holds the ARN of a bucket or of a function, which no plan of the stand-in provider knows.

mock_provider "aws" {
  override_during = plan

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }

  mock_resource "aws_s3_bucket" {
    defaults = { arn = "arn:aws:s3:::files" }
  }

  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-north-1:111122223333:function:files" }
  }

  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-north-1:111122223333:dead-letters" }
  }
}

variables {
  stack  = "prod"
  region = "eu-north-1"
  sender = "Courses <courses@kuggen.se>"
}

run "lets_browsers_send_and_one_function_examine" {
  command = plan

  variables {
    files  = { scanner = "scan-files" }
    domain = { site = "courses.kuggen.se", zone_id = "Z0123456789ABCDEFGHIJ" }
  }

  assert {
    condition     = [for one in data.aws_iam_policy_document.uploads[0].statement : [one.actions, one.resources]] == [[toset(["s3:PutObject"]), toset(["arn:aws:s3:::files/incoming/*"])]]
    error_message = "A grant carries the rights of its signer, so submit and links may put what is incoming, and nothing else."
  }

  assert {
    condition     = aws_lambda_permission.files[0].source_account == "111122223333" && aws_lambda_permission.files[0].source_arn == "arn:aws:s3:::files"
    error_message = "A deleted bucket's name may be somebody else's: only this account's bucket may invoke the function."
  }

  assert {
    condition     = one(aws_s3_bucket_notification.files[0].lambda_function).filter_prefix == "incoming/"
    error_message = "What the function itself keeps must not invoke it again."
  }

  assert {
    condition     = one(one(aws_lambda_function_event_invoke_config.files[0].destination_config).on_failure).destination == "arn:aws:sqs:eu-north-1:111122223333:dead-letters"
    error_message = "What fails for good must be an alarm."
  }

  assert {
    condition     = flatten([for one in data.aws_iam_policy_document.files[0].statement : tolist(one.resources) if one.sid == "AskTheScanner"]) == ["arn:aws:lambda:eu-north-1:111122223333:function:scan-files"]
    error_message = "The function may invoke the scanner, and no other function."
  }
}
