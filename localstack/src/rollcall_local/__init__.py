"""Rollcall on one machine: emulator, mailbox, the site's front, and Terraform pointed at them."""
