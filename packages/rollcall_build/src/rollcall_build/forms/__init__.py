"""Form files: read, held to their rules, compiled to the forms that functions and pages use."""
