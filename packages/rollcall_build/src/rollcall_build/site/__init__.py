"""The site: words, look and pages, built from `site/` and the form files."""
