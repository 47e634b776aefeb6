# Delivery: who may deploy, and what the pipeline does. No emulator has a connection to GitHub.

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

run "makes_a_connection_that_a_person_approves" {
  command = plan

  variables {
    delivery = {
      kind         = "codepipeline"
      repository   = "academy@42/ours@4711"
      product      = { repository = "academy/rollcall", branch = "release" }
      state_bucket = "academy-terraform-state"
      approver     = "operators@kuggen.se"
    }
  }

  assert {
    condition     = strcontains(output.delivery_next_step, "update the pending connection rollcall-prod") && strcontains(output.delivery_next_step, "operators@kuggen.se")
    error_message = "The output must say what to do by hand: ${coalesce(output.delivery_next_step, "nothing")}"
  }
}

run "needs_no_hand_for_a_connection_that_exists" {
  command = plan

  variables {
    delivery = {
      kind           = "codepipeline"
      repository     = "academy/ours"
      product        = { repository = "academy/rollcall", branch = "release" }
      state_bucket   = "academy-terraform-state"
      approver       = "operators@kuggen.se"
      connection_arn = "arn:aws:codeconnections:eu-north-1:111122223333:connection/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
    }
  }

  assert {
    condition     = !strcontains(output.delivery_next_step, "connection")
    error_message = "There is nothing to approve: the connection exists."
  }
}

run "lets_a_plan_read_what_is_under_the_stacks_key" {
  command = plan

  variables {
    encryption = {}
    delivery = {
      kind         = "github"
      repository   = "academy/ours"
      state_bucket = "academy-terraform-state"
    }
  }

  override_resource {
    target          = module.key[0].aws_kms_key.this
    override_during = plan
    values          = { arn = "arn:aws:kms:eu-north-1:111122223333:key/1" }
  }

  assert {
    condition = jsondecode(local.delivery_rights.plan.inline["key"]).Statement == [{
      Sid       = "OpenWhatAPlanReads"
      Effect    = "Allow"
      Action    = ["kms:Decrypt"]
      Resource  = "arn:aws:kms:eu-north-1:111122223333:key/1"
      Condition = { StringEquals = { "kms:ViaService" = ["lambda.eu-north-1.amazonaws.com", "secretsmanager.eu-north-1.amazonaws.com"] } }
    }]
    error_message = "The role that plans must open the stack's description and the functions' environment, and not the table."
  }

  assert {
    condition     = contains(keys(local.delivery_rights.deploy.managed), "shield")
    error_message = "The role that deploys must get the rights of the option encryption."
  }
}
