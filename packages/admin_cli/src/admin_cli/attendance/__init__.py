"""Attendance lists for paper: a page to print, and a spreadsheet."""
