"""Rollcall on one machine: emulator, mailbox, site front, and Terraform pointed at them."""
