"""Mail templates: tried out, and looked at for their language."""
