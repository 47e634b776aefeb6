"""Mail templates: rendered with examples, and checked for their language."""
