"""A CSV file on its way into a stack."""
