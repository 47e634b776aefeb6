"""The site, brought to the stack's bucket."""
