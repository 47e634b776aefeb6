"""The site: built from `site/` and the form files, published to the stack's bucket."""
