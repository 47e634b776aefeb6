"""Webhooks: the programs that a stack tells of events."""
