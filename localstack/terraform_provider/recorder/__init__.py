"""Records what a Terraform provider asks of AWS, and compares the stand-in with the real one. See ../README.md."""
