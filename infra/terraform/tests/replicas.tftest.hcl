# Copies of the table in other Regions: what no emulator carries out.

mock_provider "aws" {
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws", dns_suffix = "amazonaws.com" }
  }
}

variables {
  stack           = "prod"
  region          = "eu-north-1"
  sender          = "Courses <courses@kuggen.se>"
  replica_regions = ["eu-central-1", "eu-west-1"]
}

run "keeps_a_copy_in_each_region" {
  command = plan

  assert {
    condition     = module.store.replica_regions == toset(["eu-central-1", "eu-west-1"])
    error_message = "The copies aren't in the Regions of the value."
  }
}

run "takes_over_the_copy_of_a_lost_region" {
  command = plan

  variables {
    stack           = "prod-b"
    region          = "eu-central-1"
    takes_over      = "prod"
    replica_regions = null
  }

  assert {
    condition     = output.table == "rollcall-prod" && length(module.store.replica_regions) == 0
    error_message = "The stack doesn't use the lost stack's table."
  }
}
