# What `make infra-lint` checks: all rules of tflint's two sets, but these.

plugin "terraform" {
  enabled = true
  preset  = "all"
}

plugin "aws" {
  enabled = true
}

# versions.tf of each root says which versions; the modules here have no other caller.
rule "terraform_required_version" {
  enabled = false
}

rule "terraform_required_providers" {
  enabled = false
}

# An option's variables are in a file of their own: variables_<part>.tf.
rule "terraform_standard_module_structure" {
  enabled = false
}
