terraform {
  required_version = "~> 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.37, < 7.0" # why not older: docs/decisions/0031-provider-version.md
    }
  }

  # init says where the state is: -backend-config=…/values/<stack>.s3.tfbackend. See docs/operator.md.
  backend "s3" {}
}
