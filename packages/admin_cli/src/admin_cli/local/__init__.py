"""The system on this machine."""
