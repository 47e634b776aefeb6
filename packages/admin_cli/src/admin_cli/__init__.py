"""`rollcall`, the staff's command line."""
