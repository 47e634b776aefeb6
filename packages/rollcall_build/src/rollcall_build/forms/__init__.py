"""Form files: read, checked, and compiled to the forms that functions and pages use."""
