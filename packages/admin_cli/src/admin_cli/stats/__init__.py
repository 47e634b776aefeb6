"""Counts of submissions, for a terminal, a page or a spreadsheet."""
