"""Sheets: submissions as CSV and Excel files, for exports of the command line and of the staff API."""
