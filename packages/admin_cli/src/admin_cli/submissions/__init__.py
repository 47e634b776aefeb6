"""Submissions as staff see them: lookup, filters, lists, columns and histories."""
