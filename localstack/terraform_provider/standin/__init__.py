"""A stand-in for Terraform's AWS provider that speaks to an emulator on this machine, and to nothing else."""
