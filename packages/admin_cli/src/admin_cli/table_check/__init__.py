"""The table check: whether a table's items agree with each other, and repairs for those that don't."""
