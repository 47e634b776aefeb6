"""AWS as the command line reaches it: contexts, sign-in, sessions and Terraform."""
