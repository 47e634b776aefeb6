"""Publishing the site to the stack's bucket."""
